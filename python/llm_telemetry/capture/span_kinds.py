"""What a span is: a call, a tool, an agent or a step, as ``otlp_kind`` says."""

import re

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import StatusCode

from llm_telemetry.capture.span_fields import Fields, count

CALLS = {"chat", "generate_content", "text_completion", "completion"}
AGENTS = {"invoke_agent", "create_agent"}
OTHER = re.compile(
    r"embed|image|moderation|transcription|speech|rerank|ocr|video|search|vector_store"
    r"|batch|file|fine_tun|mcp|thread|assistant|container|^a?(get|delete|list|cancel)_"
    r"|retriev|memory|agent|tool|chain|workflow|^(plan$|fetch)",
    re.I,
)
SIMILAR = re.compile(
    r"chat|completion|generate_content|^a?(responses|messages?|anthropic_messages)$",
    re.I,
)
WITHOUT_WORDS = re.compile(r"embed|rerank|moderation", re.I)
COUNT_TOKENS = re.compile(r"count_?tokens", re.I)


def kind_of(fields: Fields, span: ReadableSpan) -> str:
    """Return the kind of a span; what answers in no words is no call."""
    kind = _stated_kind(fields, span)
    if kind != "call" or count(fields, "completion_tokens"):
        return kind
    model = fields.get("response_model") or fields.get("request_model")
    is_other = WITHOUT_WORDS.search(str(model)) or COUNT_TOKENS.search(
        f"{span.name} {fields.get('route')}"
    )
    # what a framework does before it asks a model has a name, and nothing else
    is_bare = not model and count(fields, "prompt_tokens") is None
    is_done = span.status.status_code is StatusCode.OK and not span.events
    return "step" if is_other or (is_bare and is_done) else "call"


def _stated_kind(fields: Fields, span: ReadableSpan) -> str:
    """Return the kind by the attribute that states it, as ``otlp_kind`` does."""
    if str(fields.get("observation_type", "")).lower() == "generation":
        return "call"
    if operation := fields.get("operation"):
        return _kind_of_operation(str(operation), fields, span)
    if kind := fields.get("openinference_kind"):
        return {"llm": "call", "tool": "tool", "agent": "agent"}.get(
            str(kind).lower(), "step"
        )
    if request := fields.get("request_type"):
        return _kind_of_operation(str(request), fields, span)
    if kind := fields.get("traceloop_kind") or fields.get("observation_type"):
        name = str(kind).lower()
        return name if name in ("tool", "agent") else "step"
    return "call" if _has_model_and_outcome(fields, span) else "step"


def _kind_of_operation(word: str, fields: Fields, span: ReadableSpan) -> str:
    """Return the kind of an operation; for unknown ones other attributes decide."""
    name = word.lower()
    if name in CALLS:
        return "call"
    if name == "execute_tool":
        return "tool"
    if name in AGENTS:
        return "agent"
    if OTHER.search(name):
        return "step"
    is_call = SIMILAR.search(name) or _has_model_and_outcome(fields, span)
    return "call" if is_call else "step"


def _has_model_and_outcome(fields: Fields, span: ReadableSpan) -> bool:
    outcomes = ("error_type", "prompt_tokens", "completion_tokens", "finish_reason")
    has_outcome = span.status.status_code is StatusCode.ERROR or any(
        fields.get(name) is not None for name in outcomes
    )
    return has_outcome and bool(
        fields.get("request_model") or fields.get("response_model")
    )

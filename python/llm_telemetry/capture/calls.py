"""What a finished span says of a call to a model: numbers and names, never content.

The rules are those by which a run reads landed spans; a test compares the two.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import StatusCode

from llm_telemetry.capture.attributes import PARAMETERS
from llm_telemetry.capture.content import ABANDONED
from llm_telemetry.capture.prices import PriceBook, Usage
from llm_telemetry.capture.providers import Providers
from llm_telemetry.capture.seeds import aliases

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
CALLER_GONE = re.compile(
    r"generator.?exit|abort.?error|client.?(?:has.)?disconnect|client.?abort"
    r"|broken.?pipe|keyboard.?interrupt|response.?aborted|cancell?ed|\b499\b",
    re.I,
)
FAILED_REASONS = ("error", "failed")
FIRST_TOKEN = "First Token Stream Event"
# an instrumentation that ends the span before its stream repeats its end as first token
MIN_STREAM_S = 0.002
Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a model; ``status`` is ok, error, abandoned or unknown."""

    operation: str
    provider: str | None
    request_model: str | None
    response_model: str | None
    prompt_version: str | None
    status: str
    error_type: str | None
    duration_s: float
    first_chunk_s: float | None
    usage: Usage
    cost_usd: float | None

    @property
    def model(self) -> str | None:
        """Return the model that answered, else the one that was asked."""
        return self.response_model or self.request_model

    @property
    def is_unpriced(self) -> bool:
        """Return whether its cost is unknown; a failure without tokens is free."""
        is_charged = self.status != "error" or self.usage.input_tokens is not None
        return self.cost_usd is None and is_charged


class CallReader:
    """Reads calls from spans, by the names that a run knows, with the price book."""

    def __init__(self) -> None:
        self._aliases = aliases()
        self._providers = Providers()
        self._prices = PriceBook()

    def kind(self, span: ReadableSpan) -> str:
        """Return call, tool, agent or step."""
        return _kind(self._fields(span), span)

    def call(self, span: ReadableSpan) -> Call | None:
        """Return the call that a span is, null where it is none."""
        fields = self._fields(span)
        if span.start_time is None or _kind(fields, span) != "call":
            return None
        duration_s = ((span.end_time or span.start_time) - span.start_time) / 1e9
        request, response = (
            _text(fields, "request_model"),
            _text(fields, "response_model"),
        )
        model = response or request
        provider = self._providers.of(
            _text(fields, "called_host"), _text(fields, "model_provider"), model
        )
        usage = _usage(fields)
        cost = _number(fields, "cost_usd") or None
        if cost is None and model:
            tier = _text(fields, "service_tier")
            cost = self._prices.usd(provider, model, tier, usage, span.start_time)
        first_s = _first_chunk_s(fields, span)
        status = _status(fields, span, first_s is not None)
        return Call(
            _text(fields, "operation") or "chat",
            provider,
            request,
            response,
            _text(fields, "prompt_version"),
            status,
            _error_type(fields, span) if status == "error" else None,
            duration_s,
            _shown_first_chunk(first_s, duration_s),
            usage,
            cost,
        )

    def _fields(self, span: ReadableSpan) -> Fields:
        """Return the fields of a span, each from its attribute of the first rank."""
        found: dict[str, Any] = {}
        ranks: dict[str, int] = {}
        for key, value in (span.attributes or {}).items():
            field, rank = self._aliases.get(key, ("", 0))
            if field and rank < ranks.get(field, rank + 1):
                found[field], ranks[field] = value, rank
        if PARAMETERS in (span.attributes or {}):
            found |= _parameters(str(found["invocation_parameters"]))
        return found


def _kind(fields: Fields, span: ReadableSpan) -> str:
    """Return the kind of a span; what answers in no words is no call."""
    kind = _stated_kind(fields, span)
    if kind != "call" or _count(fields, "completion_tokens"):
        return kind
    model = fields.get("response_model") or fields.get("request_model") or ""
    return "step" if WITHOUT_WORDS.search(str(model)) else "call"


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


def _status(fields: Fields, span: ReadableSpan, has_first_chunk: bool) -> str:
    """Return how a call ended, as ``otlp_is_failure`` and the outcomes of a run say."""
    reason, output = _reason(fields), _count(fields, "completion_tokens")
    is_answered = bool(output) or bool(reason and reason not in FAILED_REASONS)
    has_error = span.status.status_code is StatusCode.ERROR
    has_ok = span.status.status_code is StatusCode.OK
    code, raised = _error_code(fields), any(_exceptions(span))
    is_failed = (
        reason in FAILED_REASONS
        or (has_error and (not is_answered or raised or code is not None))
        or (code is not None and not (is_answered and has_ok))
        or (raised and not is_answered)
    )
    if is_failed:
        words = " ".join([code or "", *_exceptions(span)])
        is_gone = span.status.description == ABANDONED or CALLER_GONE.search(words)
        return "abandoned" if is_gone else "error"
    is_streaming = _is_true(fields.get("is_streaming")) or has_first_chunk
    has_input = not is_streaming and _count(fields, "prompt_tokens") is not None
    if reason or output is not None or has_input:
        return "ok"
    if is_streaming:
        return "abandoned"
    if fields.get("response_id"):
        return "ok"
    return "unknown" if has_ok else "abandoned"


def _error_code(fields: Fields) -> str | None:
    """Return what names the error: its type, else its status of HTTP."""
    if named := _text(fields, "error_type"):
        return named
    code = _count(fields, "status_code")
    return str(code) if code is not None and code >= 400 else None


def _error_type(fields: Fields, span: ReadableSpan) -> str:
    return _error_code(fields) or next(_exceptions(span), "") or "_OTHER"


def _exceptions(span: ReadableSpan) -> Iterator[str]:
    for event in span.events:
        if event.name == "exception" and event.attributes:
            yield str(event.attributes.get("exception.type", ""))


def _usage(fields: Fields) -> Usage:
    inputs = _count(fields, "prompt_tokens")
    read, written = (
        _count(fields, name) for name in ("cache_read_tokens", "cache_write_tokens")
    )
    cached = (read or 0) + (written or 0)
    # some instrumentations leave cached tokens out of the input
    if inputs is not None and cached > inputs:
        inputs += cached
    return Usage(
        inputs,
        _count(fields, "completion_tokens"),
        read,
        written,
        _count(fields, "reasoning_tokens"),
    )


def _first_chunk_s(fields: Fields, span: ReadableSpan) -> float | None:
    stated = _number(fields, "ttft_s")
    if stated is not None:
        return stated
    for event in span.events:
        if event.name == FIRST_TOKEN and span.start_time is not None:
            return (event.timestamp - span.start_time) / 1e9
    return None


def _shown_first_chunk(first_s: float | None, duration_s: float) -> float | None:
    if first_s is None or first_s < 0 or duration_s - first_s < MIN_STREAM_S:
        return None
    return first_s


def _parameters(text: str) -> dict[str, Any]:
    """Return model and streaming of the parameters of a request in JSON."""
    with suppress(ValueError):
        given = json.loads(text)
        if isinstance(given, dict):
            named = {"request_model": "model", "is_streaming": "stream"}
            return {k: given[v] for k, v in named.items() if given.get(v) is not None}
    return {}


def _reason(fields: Fields) -> str | None:
    """Return the first reason for which the answer ended, without its enumeration."""
    value = fields.get("finish_reason")
    first = value[0] if isinstance(value, tuple | list) and value else value
    found = re.search(r"[A-Za-z_]+$", str(first)) if first else None
    return found[0].lower() if found else None


def _text(fields: Fields, name: str) -> str | None:
    value = fields.get(name)
    return str(value) if value not in (None, "") else None


def _count(fields: Fields, name: str) -> int | None:
    value = _number(fields, name)
    return None if value is None or value < 0 else int(value)


def _number(fields: Fields, name: str) -> float | None:
    """Return a finite number, also where it was written as text."""
    with suppress(TypeError, ValueError):
        value = float(fields.get(name, ""))
        return value if abs(value) < float("inf") else None
    return None


def _is_true(value: object) -> bool:
    return str(value).lower() in ("true", "1")

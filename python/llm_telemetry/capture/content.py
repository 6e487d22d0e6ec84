"""Keep content out of what is landed: no prompt, no answer, no text of a provider.

The instrumentations leave content out by default. This is the wall behind them, for an
app that records content for another exporter, and for the texts that no setting covers:
the messages of exceptions and of a span's status, which quote what a provider answered.
"""

import re
from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]

# no name, version or id is as long: whatever it is called, a longer text is content
MAX_CHARACTERS = 512
MAX_NAME = 128

_DROPPED = frozenset(
    {
        "content",
        "db.statement",
        "exception.message",
        "exception.stacktrace",
        "gen_ai.completion",
        "gen_ai.evaluation.explanation",
        "gen_ai.event.content",
        "gen_ai.prompt",
        "gen_ai.system_instructions",
        "gen_ai.tool.call.arguments",
        "gen_ai.tool.call.result",
        "gen_ai.tool.definitions",
        "gen_ai.tool.description",
        "http.target",
        "http.url",
        "message",
        "tool.description",
        "tool.parameters",
        "url.full",
        "url.path",
        "url.query",
    }
)
_DROPPED_PREFIXES = (
    "db.query.",
    "document.",
    "embedding.embeddings",
    "embedding.text",
    "embedding.vector",
    "gen_ai.completion.",
    # OpenLLMetry: the headers of the request, among them its key
    "gen_ai.headers",
    "gen_ai.input.",
    "gen_ai.output.",
    *(f"gen_ai.prompt.{digit}" for digit in range(10)),
    "gen_ai.prompt.variable.",
    "gen_ai.retrieval.",
    "http.request.header.",
    "http.response.header.",
    "input.value",
    "langfuse.observation.input",
    "langfuse.observation.output",
    "langfuse.trace.input",
    "langfuse.trace.output",
    "llm.completions",
    "llm.input_messages",
    "llm.output_messages",
    "llm.prompt_template.template",
    "llm.prompt_template.variables",
    "llm.prompts",
    "llm.request.functions",
    "llm.tools",
    "output.value",
    "process.command",
    "reranker.",
    "retrieval.",
    "traceloop.entity.input",
    "traceloop.entity.output",
)

# what the status of a span may say: the first that its message matches
ABANDONED = "abandoned stream"
_STATUS = (
    (ABANDONED, re.compile(rf"^{ABANDONED}$")),
    (
        "content_filter",
        re.compile(r"content.?(filter|policy|management)|safety|usage polic", re.I),
    ),
    ("rate_limit", re.compile(r"\b429\b|rate.?limit", re.I)),
    ("timeout", re.compile(r"\b(408|504)\b|timeout|timed.?out|deadline", re.I)),
)
OTHER_STATUS = "error"


def scrub(request: Json) -> Json:
    """Take the content out of an encoded OTLP request, in place, and return it."""
    for resource in request.get("resourceSpans", ()):
        for span in _records(resource, "scopeSpans", "spans"):
            _scrub_span(span)
    for resource in request.get("resourceLogs", ()):
        for record in _records(resource, "scopeLogs", "logRecords"):
            record.pop("body", None)
            _scrub_attributes(record)
    return request


def _records(resource: Json, scopes: str, records: str) -> Iterable[Json]:
    """Yield the records of a resource, after its own attributes are clean."""
    _scrub_attributes(resource.get("resource", {}))
    for scope in resource.get(scopes, ()):
        _scrub_attributes(scope.get("scope", {}))
        yield from scope.get(records, ())


def _scrub_span(span: Json) -> None:
    span["name"] = span.get("name", "")[:MAX_NAME]
    _scrub_attributes(span)
    for part in (*span.get("events", ()), *span.get("links", ())):
        _scrub_attributes(part)
    if message := span.get("status", {}).get("message"):
        span["status"]["message"] = _status(message)


def _scrub_attributes(owner: Json) -> None:
    if "attributes" in owner:
        owner["attributes"] = [
            attribute
            for attribute in owner["attributes"]
            if not _is_content(attribute["key"], attribute.get("value", {}))
        ]


def _is_content(key: str, value: Json) -> bool:
    return (
        key in _DROPPED
        or key.startswith(_DROPPED_PREFIXES)
        or _characters(value) > MAX_CHARACTERS
        # no attribute that is read is structured; messages are
        or "kvlistValue" in value
        or "bytesValue" in value
    )


def _characters(value: Json) -> int:
    """Return how much text a value holds."""
    if "arrayValue" in value:
        parts = value["arrayValue"].get("values", ())
        # a list of structures is a list of messages
        return sum(
            MAX_CHARACTERS + 1 if "kvlistValue" in part else _characters(part)
            for part in parts
        )
    return len(value.get("stringValue", ""))


def _status(message: str) -> str:
    matches = (name for name, pattern in _STATUS if pattern.search(message))
    return next(matches, OTHER_STATUS)

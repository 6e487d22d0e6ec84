"""Keep content out of what is landed: no prompt, no answer, no text of a provider.

The instrumentations leave content out by default. This is the wall behind them, for an
app that records content for another exporter, and for the texts that no setting covers:
the messages of exceptions and of a span's status, which quote what a provider answered.
It is an allowlist, as the names under which content comes cannot all be known.
"""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from llm_telemetry.capture.attributes import (
    KEPT,
    KEPT_EVENTS,
    KEPT_PARAMETERS,
    OPERATIONS,
    OWN,
    PARAMETERS,
    SUBJECTS,
)

Json = dict[str, Any]

# no name, version or id is longer; a longer text is content, whatever its key is
MAX_CHARACTERS = 512
MAX_NAME = 128
# the name of a span without operation and subject
NAMELESS = "span"

# what a span's status may become: the first entry that its message matches
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
    if "events" in span:
        span["events"] = [e for e in span["events"] if _is_kept_event(e["name"])]
    for part in (span, *span.get("events", ()), *span.get("links", ())):
        _scrub_attributes(part)
    span["name"] = _name(span.get("attributes", ()))
    if message := span.get("status", {}).get("message"):
        span["status"]["message"] = _status(message)


def _scrub_attributes(owner: Json) -> None:
    if "attributes" in owner:
        owner["attributes"] = list(filter(_is_kept, owner["attributes"]))


def _is_kept_event(name: str) -> bool:
    return name in KEPT_EVENTS or name.startswith(OWN)


def _is_kept(attribute: Json) -> bool:
    """Return whether an attribute stays, after what is read of its JSON alone does."""
    key, value = attribute["key"], attribute.setdefault("value", {})
    if key == PARAMETERS:
        value["stringValue"] = _parameters(value.get("stringValue", ""))
    return (
        (key in KEPT or key.startswith(OWN))
        and _characters(value) <= MAX_CHARACTERS
        # no attribute that is read is structured; messages are
        and "kvlistValue" not in value
        and "bytesValue" not in value
    )


def _parameters(text: str) -> str:
    """Return the parameters of a request that are read, as JSON."""
    try:
        parsed = json.loads(text)
    except ValueError:
        return ""
    kept = KEPT_PARAMETERS & parsed.keys() if isinstance(parsed, dict) else ()
    return json.dumps({name: parsed[name] for name in sorted(kept)})


def _name(attributes: Sequence[Json]) -> str:
    """Name a span by operation and subject, as its own name may quote the prompt."""
    texts = {each["key"]: each["value"].get("stringValue") for each in attributes}
    words = (
        next((texts[key] for key in keys if texts.get(key)), None)
        for keys in (OPERATIONS, SUBJECTS)
    )
    return " ".join(filter(None, words))[:MAX_NAME] or NAMELESS


def _characters(value: Json) -> int:
    """Return the number of characters of text in a value."""
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

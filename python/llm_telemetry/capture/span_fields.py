"""Values of the fields that a span's attributes fill: numbers, names and words."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan

REASON = re.compile(r"(?:[A-Za-z_]+[.])*([A-Za-z_]+)")
Fields = Mapping[str, Any]


def attributes_of(span: ReadableSpan) -> dict[str, Any]:
    """Return the attributes of a span, copied at once: each look-up would cost."""
    attributes: Any = span.attributes
    return attributes.copy() if isinstance(attributes, MappingProxyType) else {}


def text(fields: Fields, name: str) -> str | None:
    """Return what is not empty."""
    value = fields.get(name)
    return str(value) if value not in (None, "") else None


def count(fields: Fields, name: str) -> int | None:
    """Return a number of things."""
    value = number(fields, name)
    return None if value is None or value < 0 else int(value)


def number(fields: Fields, name: str) -> float | None:
    """Return a finite number, also where it was written as text."""
    given = fields.get(name)
    if given is None:
        return None
    with suppress(TypeError, ValueError):
        value = float(given)
        return value if abs(value) < float("inf") else None
    return None


def is_true(value: object) -> bool:
    """Return whether a flag is set, also where it was written as text."""
    return str(value).lower() in ("true", "1")


def finish_reason(fields: Fields) -> str | None:
    """Return the first reason for which the answer ended, without its enumeration."""
    value = fields.get("finish_reason")
    first = value[0] if isinstance(value, tuple | list) and value else value
    found = REASON.search(str(first).replace("-", "_")) if first else None
    return found[1].lower() if found else None


def parameters(text: str) -> dict[str, Any]:
    """Return model and streaming of the parameters of a request in JSON."""
    with suppress(ValueError):
        given = json.loads(text)
        if isinstance(given, dict):
            named = {"request_model": "model", "is_streaming": "stream"}
            return {k: given[v] for k, v in named.items() if given.get(v) is not None}
    return {}


def error_code(fields: Fields) -> str | None:
    """Return what names the error: its type, else its status of HTTP."""
    if named := text(fields, "error_type"):
        return named
    code = count(fields, "status_code")
    return str(code) if code is not None and code >= 400 else None


def exceptions(span: ReadableSpan) -> Iterator[str]:
    for event in span.events:
        if event.name == "exception" and event.attributes:
            yield str(event.attributes.get("exception.type", ""))

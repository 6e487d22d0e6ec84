"""Spans as a test writes them, and what the staging models of otlp make of them."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import compiled_sources
import pandas as pd

Record = dict[str, Any]


def staged(files: Iterable[Path], memory: str = "80%") -> compiled_sources.Tables:
    """Return the models on the files as frames with sorted rows."""
    return compiled_sources.staged("otlp", files, "jsonl", "json", memory=memory)


def span(span_id: str, parent: str = "", **attributes: Any) -> Record:
    """Return a span of trace 1; `at` is its start and end in ms, `status` its code."""
    start, end = attributes.pop("at", (0, 100))
    return {
        "scope": {"name": attributes.pop("scope", "app")},
        "traceId": attributes.pop("trace", "1").rjust(32, "0"),
        "spanId": span_id.rjust(16, "0"),
        **({"parentSpanId": parent.rjust(16, "0")} if parent else {}),
        "name": attributes.pop("name", ""),
        "startTimeUnixNano": nanoseconds(start),
        "endTimeUnixNano": nanoseconds(end),
        "status": attributes.pop("status", {}),
        "events": attributes.pop("events", []),
        "attributes": attribute_list(attributes),
    }


def nanoseconds(at: float) -> str:
    """Return a moment of the test's day, given in ms, as OTLP writes it."""
    return str(1_764_547_200_000_000_000 + round(at * 1_000_000))


def call(span_id: str, parent: str = "", **attributes: Any) -> Record:
    """Return a span of a chat call; keyword a__b is attribute gen_ai.a.b."""
    named = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m"}
    for key, value in attributes.items():
        named[f"gen_ai.{key.replace('__', '.')}" if "__" in key else key] = value
    return span(span_id, parent, **named)


def attribute_list(attributes: Record) -> list[Record]:
    """Return attributes as OTLP writes them."""
    return [{"key": k, "value": any_value(v)} for k, v in attributes.items()]


def any_value(value: Any) -> Record:
    """Return a value as OTLP writes it; what is such a value already stays."""
    if isinstance(value, dict):
        return value
    if isinstance(value, list):
        return {"arrayValue": {"values": [any_value(item) for item in value]}}
    kinds = {bool: "boolValue", int: "intValue", float: "doubleValue"}
    kind = kinds.get(type(value), "stringValue")
    return {kind: str(value) if kind == "intValue" else value}


def request(*spans: Record, **resource: Any) -> str:
    """Return an ExportTraceServiceRequest in one line, the spans by their scope."""
    scopes: dict[str, list[Record]] = {}
    for one in spans:
        scopes.setdefault(one["scope"]["name"], []).append(one)
    listed = [{"scope": {"name": k}, "spans": v} for k, v in scopes.items()]
    attributes = {"attributes": attribute_list(resource)}
    return json.dumps(
        {"resourceSpans": [{"resource": attributes, "scopeSpans": listed}]}
    )


def landed(folder: Path, *lines: str, name: str = "spans.jsonl") -> list[Path]:
    """Write lines into a file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("".join(f"{line}\n" for line in lines))
    return [folder / name]


def interactions(folder: Path, *spans: Record) -> pd.DataFrame:
    """Return the interactions of some spans, by the last letters of their span ids."""
    frame = staged(landed(folder, request(*spans)))["interactions"]
    return frame.set_index(frame["span_id"].map(lambda name: re.sub("^0+", "", name)))

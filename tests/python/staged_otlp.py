"""The staging models of otlp, compiled once and run on documents of a test's own."""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
from conftest import ROOT

VIEWS = ("spans", "nestings", "calls", "attempts", "judgements")
ORDER = (
    *("deliveries", "repeats", "spans", "traces", "descents", "contexts", "nestings"),
    *("wrappers", "calls", "attempts", "tool_spans", "interactions", "tool_calls"),
    *("branch_decisions", "judgements", "evaluations", "contents"),
)
Record = dict[str, Any]


@dataclass(frozen=True)
class Compiled:
    """The SQL of the models in the order they are built, and the files they read."""

    models: dict[str, str]
    lines: Path
    documents: Path


@cache
def compiled() -> Compiled:
    """Have dbt compile the models on a folder of one empty file of each kind."""
    folder = Path(tempfile.mkdtemp(prefix="otlp"))
    lines, documents = folder / "data" / "empty.jsonl", folder / "data" / "empty.json"
    lines.parent.mkdir()
    lines.write_text("")
    documents.write_text("[]")
    places = {"LLMOPS_DATA_DIR": folder / "data", "SOURCES": "otlp", "KEEP_CONTENT": 1}
    places |= {"LLM_TELEMETRY_WAREHOUSE": folder / "probe.duckdb", "DO_NOT_TRACK": 1}
    command = [
        *(sys.executable, "-c", "from dbt.cli.main import cli; cli()", "build"),
        *("--select", "otel_attribute_aliases", "path:models/staging/otlp"),
        *("--project-dir", str(ROOT), "--profiles-dir", str(ROOT), "--quiet"),
        *("--target-path", str(folder), "--log-path", str(folder)),
    ]
    environment = os.environ | {name: str(place) for name, place in places.items()}
    subprocess.run(command, check=True, cwd=ROOT, env=environment)
    sql = next(folder.glob("compiled/*/models/staging/otlp"))
    models = {name: (sql / f"stg_otlp__{name}.sql").read_text() for name in ORDER}
    return Compiled(models, lines, documents)


def staged(files: Iterable[Path]) -> dict[str, pd.DataFrame]:
    """Run the models on the files and return every one as a frame, rows sorted."""
    ready = compiled()
    paths = [str(file) for file in files]
    with duckdb.connect() as connection:
        connection.execute(
            "attach ':memory:' as probe; set TimeZone = 'UTC'; set threads = 1"
        )
        connection.execute("create schema probe.staging")
        for name, sql in ready.models.items():
            what = "view" if name in VIEWS else "table"
            sql = reading(sql, ready.lines, [p for p in paths if ".jsonl" in p])
            sql = reading(sql, ready.documents, [p for p in paths if ".jsonl" not in p])
            connection.execute(f"create {what} probe.staging.stg_otlp__{name} as {sql}")
        return {
            name: connection.sql(
                f"select * from probe.staging.stg_otlp__{name} order by all"
            ).df()
            for name in ORDER
        }


def reading(sql: str, placeholder: Path, paths: list[str]) -> str:
    """Put the paths beside the empty file of their kind."""
    listed = ", ".join(f"'{path}'" for path in [str(placeholder), *paths])
    return sql.replace(f"['{placeholder}']", f"[{listed}]")


def span(span_id: str, parent: str = "", **attributes: Any) -> Record:
    """Return a span of trace 1; `at` is its start and end in ms, `status` its code."""
    start, end = attributes.pop("at", (0, 100))
    return {
        "traceId": attributes.pop("trace", "1").rjust(32, "0"),
        "spanId": span_id.rjust(16, "0"),
        **({"parentSpanId": parent.rjust(16, "0")} if parent else {}),
        "startTimeUnixNano": str(1_764_547_200_000_000_000 + start * 1_000_000),
        "endTimeUnixNano": str(1_764_547_200_000_000_000 + end * 1_000_000),
        "status": attributes.pop("status", {}),
        "events": attributes.pop("events", []),
        "attributes": attribute_list(attributes),
    }


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
    """Return an ExportTraceServiceRequest in one line."""
    scope = {"scope": {"name": "app"}, "spans": list(spans)}
    attributes = {"attributes": attribute_list(resource)}
    return json.dumps(
        {"resourceSpans": [{"resource": attributes, "scopeSpans": [scope]}]}
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

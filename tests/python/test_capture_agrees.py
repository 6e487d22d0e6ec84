"""What an app counts of its calls is what a run reads of the spans that it landed.

The spans are those of tests/fixtures/emitters, one file per instrumentation, ended by
the SDK in the order of their times.
"""

import json
from collections import Counter
from typing import Any

import pandas as pd
import pytest
from conftest import ROOT

pytest.importorskip("opentelemetry.sdk", reason="needs the extra `capture`")

import staged_otlp
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Span, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.trace import Status, StatusCode

from llm_telemetry.capture.calls import Call
from llm_telemetry.capture.exporters import LandingSpanExporter
from llm_telemetry.capture.finished_calls import FinishedCalls

FILES = sorted((ROOT / "tests" / "fixtures" / "emitters").glob("*.json"))
CODES = {1: StatusCode.OK, 2: StatusCode.ERROR}
START_NS = 1_764_547_200_000_000_000
Record = dict[str, Any]


def end_all(provider: TracerProvider, fixture: Record) -> None:
    """Start the spans of a fixture at their times, and end the inner ones first."""
    tracer = provider.get_tracer(fixture["scope"])
    started: dict[str, Span] = {}
    for one in fixture["spans"]:
        parent = started.get(one.get("parent", ""))
        span = tracer.start_span(
            one.get("name", ""),
            trace.set_span_in_context(parent, Context()) if parent else Context(),
            attributes=one["attributes"],
            start_time=START_NS + round(one["at"][0] * 1e6),
        )
        assert isinstance(span, Span)
        started[one["id"]] = span
        if code := one.get("status", {}).get("code"):
            span.set_status(Status(CODES[code], one["status"].get("message")))
        for event in one.get("events", []):
            at = START_NS + round(event["at"] * 1e6)
            span.add_event(event["name"], event.get("attributes"), at)
    for one in reversed(fixture["spans"]):
        started[one["id"]].end(START_NS + round(one["at"][1] * 1e6))


@pytest.fixture(scope="module")
def both(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[dict[str, list[Call]], pd.DataFrame]:
    """Return the calls of each instrumentation as counted, and as a run reads them."""
    folder, counted = tmp_path_factory.mktemp("landing"), {}
    for file in FILES:
        calls = counted.setdefault(file.stem, [])
        finished = FinishedCalls()
        finished.listen(calls.append)
        exporter = LandingSpanExporter(folder)
        provider = TracerProvider(resource=Resource({"service.name": file.stem}))
        provider.add_span_processor(finished)
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        end_all(provider, json.loads(file.read_text()))
        provider.shutdown()
    read = staged_otlp.staged(folder.rglob("*.jsonl"))["interactions"]
    return counted, read.astype(object).where(read.notna(), None)


def status(row: Record) -> str:
    """Return how a call of a run ended, in the words of the app."""
    if row["is_abandoned"]:
        return "abandoned"
    return {True: "error", False: "ok", None: "unknown"}[row["is_failure"]]


@pytest.mark.parametrize("name", [file.stem for file in FILES])
def test_calls_are_those_of_a_run(
    both: tuple[dict[str, list[Call]], pd.DataFrame], name: str
) -> None:
    counted, read = both
    rows = read[read["service_name"] == name].to_dict("records")
    expected = Counter(
        (
            *(row["model_name"], row["prompt_version"], status(row)),
            *(row["prompt_tokens"], row["completion_tokens"]),
            *(row["cache_read_tokens"], row["cache_write_tokens"]),
            *(row["reasoning_tokens"], row["latency_ms"], row["ttft_ms"]),
        )
        for row in rows
    )
    got = Counter(
        (
            *(call.model, call.prompt_version, call.status),
            *(call.usage.input_tokens, call.usage.output_tokens),
            *(call.usage.cache_read_tokens, call.usage.cache_write_tokens),
            call.usage.reasoning_tokens,
            None if call.latency_s is None else call.latency_s * 1e3,
            None if call.first_chunk_s is None else call.first_chunk_s * 1e3,
        )
        for call in counted[name]
    )
    assert got == expected

"""No content passes the scrub, whichever instrumentation wrote it, and names do."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT

pytest.importorskip("opentelemetry.sdk", reason="needs the extra `capture`")

from opentelemetry.exporter.otlp.json.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from llm_telemetry.capture import exporters
from llm_telemetry.capture.attributes import KEPT, PARAMETERS
from llm_telemetry.capture.content import MAX_CHARACTERS, scrub
from llm_telemetry.capture.exporters import LandingSpanExporter

NAMES = {
    "session.id": "s-1",
    "gen_ai.prompt.name": "answer",
    "gen_ai.prompt.version": "v2",
    "gen_ai.response.model": "gpt-5",
    "llm.prompt_template.version": "v2",
    "traceloop.association.properties.session_id": "s-1",
}
CONTENTS = [
    "gen_ai.input.messages",
    "gen_ai.prompt",
    "gen_ai.prompt.0.content",
    "gen_ai.prompt.variable.name",
    "gen_ai.completion.0.content",
    "gen_ai.tool.call.arguments",
    "gen_ai.headers",
    "input.value",
    "llm.output_messages.0.message.content",
    "llm.prompts",
    "url.query",
    "process.command_args",
    # what nobody would think of
    "ai.prompt",
    "ai.response.text",
    "error.message",
    "gen_ai.assistant.message",
    "gen_ai.request.messages",
    "gen_ai.user.message",
    "logfire.msg",
    "mcp.request.argument.query",
    "metadata",
    "tool_arguments",
]


def encoded(attributes: dict[str, str]) -> dict[str, list[dict[str, object]]]:
    """Return one span as it is encoded, with attributes everywhere they may stand."""
    memory = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(memory))
    span = provider.get_tracer("tests", attributes=attributes).start_span("secret call")
    span.set_attributes(attributes)
    span.add_event("app.event", attributes)
    span.add_event("secret event")
    span.add_link(span.get_span_context(), attributes)
    span.end()
    content: dict[str, list[dict[str, object]]]
    content = encode_spans(memory.get_finished_spans()).to_dict()
    return content


@pytest.mark.parametrize("key", CONTENTS)
def test_content_is_dropped_wherever_it_stands(key: str) -> None:
    request = encoded({key: "secret", "session.id": "s-1"})
    assert json.dumps(request).count("secret") == 6
    assert "secret" not in json.dumps(scrub(request))
    assert json.dumps(request).count("s-1") == 4


# who writes spans in a process that captures, and what may quote a prompt or a key
WRITERS = ("otel", "gen-ai-dev", "anthropic", "botocore", "logfire", "pydantic-ai")
QUOTES = {"output", "metadata", "status_text", "usage_json"}
ADDRESSES = {"url.full", "http.url"}


def test_what_a_run_reads_of_the_writers_in_a_process_is_landed() -> None:
    with (ROOT / "seeds" / "otel_attribute_aliases.csv").open(newline="") as file:
        read = [r for r in csv.DictReader(file) if r["field"] not in QUOTES]
    keys = {row["attribute_key"] for row in read} - ADDRESSES
    written = {
        row["attribute_key"] for row in read if row["dialect"].startswith(WRITERS)
    }
    assert written - ADDRESSES <= KEPT <= keys


@pytest.mark.parametrize(
    ("attributes", "name"),
    [
        ({"gen_ai.operation.name": "chat", "gen_ai.request.model": "m"}, "chat m"),
        ({"gen_ai.operation.name": "execute_tool", "tool.name": "t"}, "execute_tool t"),
        ({"openinference.span.kind": "LLM"}, "LLM"),
        ({"app.use_case": "billing"}, "span"),
        ({}, "span"),
    ],
)
def test_a_span_is_named_by_what_it_does(attributes: dict[str, str], name: str) -> None:
    span: dict[str, Any]
    (resource,) = scrub(encoded(attributes))["resourceSpans"]
    ((span,),) = (scope["spans"] for scope in resource["scopeSpans"])
    assert span["name"] == name


def test_of_the_parameters_of_a_request_those_that_are_read_are_landed() -> None:
    said = {"temperature": 0.5, "tools": ["secret"], "system": "secret " * 99}
    text = json.dumps(scrub(encoded({PARAMETERS: json.dumps(said)})))
    assert text.count("temperature") == 4
    assert "secret" not in text


@pytest.mark.parametrize("text", ['{"stop": "secret', '["secret"]', '"secret"'])
def test_parameters_that_cannot_be_read_are_content(text: str) -> None:
    assert "secret" not in json.dumps(scrub(encoded({PARAMETERS: text})))


def test_names_and_versions_stay() -> None:
    text = json.dumps(scrub(encoded(NAMES)))
    assert all(text.count(f'"{key}"') == 4 for key in NAMES)


def test_a_long_text_is_content_whatever_it_is_called() -> None:
    at_limit, over = "x" * MAX_CHARACTERS, "y" * (MAX_CHARACTERS + 1)
    text = json.dumps(scrub(encoded({"app.use_case": at_limit, "app.note": over})))
    assert at_limit in text
    assert "y" * 10 not in text


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        ("abandoned stream", "abandoned stream"),
        ("he said: abandoned stream", "error"),
        ("Error code: 429 - slow down, Ann", "rate_limit"),
        ("Request timed out.", "timeout"),
        ("content management policy: Ann", "content_filter"),
        ("Ann", "error"),
    ],
)
def test_a_status_says_its_kind_only(message: str, kept: str) -> None:
    span = {"name": "call", "status": {"code": 2, "message": message}}
    scrub({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]})
    assert span["status"] == {"code": 2, "message": kept}


def test_captures_of_three_instrumentations_lose_all_their_content(
    shared_data: Callable[[str], Path],
) -> None:
    files = sorted(shared_data("otlp/captures").glob("*.jsonl"))
    before = "".join(file.read_text() for file in files)
    requests = [json.loads(line) for line in before.splitlines()]
    after = "".join(json.dumps(scrub(request)) for request in requests)
    for word in ("messages", "message.content", "input.value", "stacktrace"):
        assert word in before
        assert word not in after
    for word in ("gen_ai.response.model", "llm.token_count.prompt", "exception.type"):
        assert after.count(f'"{word}"') == before.count(f'"{word}"') > 0


def test_a_line_that_is_too_long_is_split_and_loses_no_span(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporters, "MAX_LINE_BYTES", 2000)
    memory = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(memory))
    for number in range(9):
        span = provider.get_tracer("tests").start_span(f"call-{number}")
        span.set_attribute("app.use_case", "x" * 500)
        span.end()
    exporter = LandingSpanExporter(tmp_path)
    exporter.export(memory.get_finished_spans())
    exporter.shutdown()
    (segment,) = tmp_path.glob("signal=spans/dt=*/*.jsonl")
    lines = segment.read_bytes().splitlines()
    assert len(lines) > 1
    assert max(map(len, lines)) < 2000
    assert sum(line.count(b'"spanId"') for line in lines) == 9

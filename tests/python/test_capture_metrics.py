"""Metrics of calls: named by the conventions, each call once, labels limited."""

import gc
import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("opentelemetry.sdk", reason="needs the extra `capture`")

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import Span, Status, StatusCode
from opentelemetry.util.genai._instruments import _Instruments

from llm_telemetry.capture import finished_calls, label_values
from llm_telemetry.capture.call_metrics import CallMetrics
from llm_telemetry.capture.calls import Call
from llm_telemetry.capture.finished_calls import FinishedCalls
from llm_telemetry.capture.prices import Usage

Point = Any
REQUESTS = "llm_telemetry.client.requests"
DURATION = "gen_ai.client.operation.duration"


class Metered:
    """Metrics of calls, and what a reader finds of them."""

    def __init__(self) -> None:
        self.reader = InMemoryMetricReader()
        meter = MeterProvider([self.reader], shutdown_on_exit=False).get_meter("test")
        self.metrics = CallMetrics(meter)

    def points(self, name: str) -> list[Point]:
        """Return the points of a metric."""
        data = self.reader.get_metrics_data()
        return [
            point
            for resource in (data.resource_metrics if data else ())
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if metric.name == name
            for point in metric.data.data_points
        ]

    def total(self, name: str) -> float:
        """Return the sum of a counter."""
        return sum(point.value for point in self.points(name))


@pytest.fixture
def metered() -> Metered:
    return Metered()


def call(**changed: Any) -> Call:
    """Return a call that went well, except for what is changed."""
    plain = {
        "operation": "chat",
        "provider": "openai",
        "request_model": "gpt-5",
        "response_model": "gpt-5-2026",
        "prompt_version": "v1",
        "status": "ok",
        "error_type": None,
        "duration_s": 0.5,
        "first_chunk_s": None,
        "usage": Usage(100, 20),
        "cost_usd": 0.25,
    }
    return Call(**(plain | changed))


def test_names_units_and_bounds_are_those_of_the_conventions(metered: Metered) -> None:
    metered.metrics.record(call(first_chunk_s=0.1))
    theirs = InMemoryMetricReader()
    instruments = _Instruments(
        MeterProvider([theirs], shutdown_on_exit=False).get_meter("conventions")
    )
    instruments.operation_duration.record(0.5)
    instruments.token_usage.record(100)
    instruments.time_to_first_chunk.record(0.1)
    found, expected = (
        {
            metric.name: (metric.unit, metric.data.data_points[0].explicit_bounds)
            for resource in reader.get_metrics_data().resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if metric.name.startswith("gen_ai.")
        }
        for reader in (metered.reader, theirs)
    )
    assert found == expected
    assert len(found) == 3


def test_a_call_has_the_attributes_of_the_conventions(metered: Metered) -> None:
    metered.metrics.record(call())
    (duration,) = metered.points(DURATION)
    labels = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-5",
        "gen_ai.response.model": "gpt-5-2026",
        "gen_ai.prompt.version": "v1",
        "status": "ok",
    }
    assert dict(duration.attributes) == labels
    assert (duration.count, duration.sum) == (1, 0.5)
    tokens = {
        point.attributes["gen_ai.token.type"]: point.sum
        for point in metered.points("gen_ai.client.token.usage")
    }
    assert tokens == {"input": 100, "output": 20}


def test_parts_of_tokens_are_not_added_to_the_tokens(metered: Metered) -> None:
    metered.metrics.record(call(usage=Usage(100, 20, 60, 0, 15)))
    parts = {
        point.attributes["gen_ai.token.type"]: point.value
        for point in metered.points("llm_telemetry.client.token.parts")
    }
    assert parts == {"cache_read": 60, "reasoning": 15}
    tokens = metered.points("gen_ai.client.token.usage")
    assert sum(point.sum for point in tokens) == 120


def test_a_call_without_a_price_is_counted_apart_and_costs_nothing(
    metered: Metered,
) -> None:
    metered.metrics.record(call())
    metered.metrics.record(call(cost_usd=None))
    metered.metrics.record(call(cost_usd=None, usage=Usage()))
    failed = {"status": "error", "error_type": "Timeout", "cost_usd": None}
    # nobody bills a failure without tokens
    metered.metrics.record(call(**failed, usage=Usage()))
    metered.metrics.record(call(**failed, usage=Usage(100, 0)))
    assert metered.total("llm_telemetry.client.cost.usd") == 0.25
    assert metered.total("llm_telemetry.client.unpriced.requests") == 3
    assert metered.total("llm_telemetry.client.errors") == 2
    assert metered.total(REQUESTS) == 5


def test_values_beyond_the_limit_are_other_and_totals_stay(metered: Metered) -> None:
    more = label_values.MAX_VALUES + 30
    for number in range(more):
        metered.metrics.record(call(prompt_version=f"v{number}"))
    versions = {p.attributes["gen_ai.prompt.version"] for p in metered.points(REQUESTS)}
    assert len(versions) == label_values.MAX_VALUES + 1
    assert versions >= {"other", "v0", f"v{label_values.MAX_VALUES - 1}"}
    assert metered.total(REQUESTS) == more
    # a known value stays itself
    metered.metrics.record(call(prompt_version="v0"))
    (first,) = (
        p
        for p in metered.points(REQUESTS)
        if p.attributes["gen_ai.prompt.version"] == "v0"
    )
    assert first.value == 2


def test_combinations_beyond_the_limit_keep_their_status_alone(
    metered: Metered,
) -> None:
    limit = label_values.MAX_VALUES
    for number in range(limit * limit):
        status = "error" if number % 2 else "ok"
        metered.metrics.record(
            call(
                prompt_version=f"v{number % limit}",
                request_model=f"m{number // limit}",
                response_model=None,
                status=status,
            )
        )
    points = metered.points(REQUESTS)
    assert len(points) == label_values.MAX_COMBINATIONS + 2
    assert metered.total(REQUESTS) == limit * limit
    merged = [p for p in points if p.attributes["gen_ai.request.model"] == "other"]
    assert {p.attributes["status"] for p in merged} == {"ok", "error"}
    assert sum(p.value for p in merged) == limit * limit - label_values.MAX_COMBINATIONS


@pytest.mark.parametrize(
    "value", ["What is xyzzy?", "a\nb", "x" * 129, "tab\there", "\x1b[31m"]
)
def test_a_value_that_may_be_content_is_other(metered: Metered, value: str) -> None:
    metered.metrics.record(
        call(prompt_version=value, request_model=value, provider=value)
    )
    (point,) = metered.points(REQUESTS)
    assert value not in point.attributes.values()
    assert point.attributes["gen_ai.prompt.version"] == "other"


@pytest.fixture
def calls() -> list[Call]:
    return []


@pytest.fixture
def finished(calls: list[Call]) -> FinishedCalls:
    found = FinishedCalls()
    found.listen(calls.append)
    return found


@pytest.fixture
def tracer(finished: FinishedCalls) -> Iterator[trace.Tracer]:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(finished)
    yield provider.get_tracer("test")
    provider.shutdown()


def start(
    tracer: trace.Tracer, parent: Span | None = None, kind: str = "chat", **more: Any
) -> Span:
    """Start a span of an operation, inside of another or of none."""
    within = trace.set_span_in_context(parent, Context()) if parent else Context()
    named = {f"gen_ai.{key.replace('__', '.')}": v for key, v in more.items()}
    named |= {"gen_ai.operation.name": kind, "gen_ai.request.model": "gpt-5"}
    return tracer.start_span("span", within, attributes=named)


def answer(span: Span, tokens: int = 8) -> None:
    span.set_attribute("gen_ai.usage.output_tokens", tokens)
    span.end()


def fail(span: Span) -> None:
    span.set_attribute("error.type", "Timeout")
    span.set_status(Status(StatusCode.ERROR, "timed out"))
    span.end()


def test_a_call_around_a_call_is_counted_once(
    tracer: trace.Tracer, calls: list[Call]
) -> None:
    outer = start(tracer)
    step = start(tracer, outer, "chain")
    answer(start(tracer, step), 1)
    answer(start(tracer, step), 2)
    step.end()
    answer(outer, 3)
    assert [one.usage.output_tokens for one in calls] == [1, 2]


def test_an_answer_after_all_attempts_inside_failed_is_a_call(
    tracer: trace.Tracer, calls: list[Call]
) -> None:
    outer = start(tracer)
    fail(start(tracer, outer))
    answer(outer)
    assert [one.status for one in calls] == ["error", "ok"]
    calls.clear()
    outer = start(tracer)
    fail(start(tracer, outer))
    # the failure of the attempt, handed on
    fail(outer)
    assert [one.status for one in calls] == ["error"]


def test_a_tool_may_ask_a_model_of_its_own(
    tracer: trace.Tracer, calls: list[Call]
) -> None:
    outer = start(tracer)
    tool = start(tracer, outer, "execute_tool")
    answer(start(tracer, tool), 1)
    tool.end()
    answer(outer, 2)
    assert [one.usage.output_tokens for one in calls] == [1, 2]


def test_a_span_that_the_sampler_leaves_out_is_not_counted(
    finished: FinishedCalls, calls: list[Call]
) -> None:
    provider = TracerProvider(ALWAYS_OFF, shutdown_on_exit=False)
    provider.add_span_processor(finished)
    answer(start(provider.get_tracer("test")))
    assert not calls


def test_spans_that_never_end_do_not_accumulate(
    tracer: trace.Tracer,
    finished: FinishedCalls,
    calls: list[Call],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(finished_calls, "MAX_LIVE", 10)
    spans = [start(tracer) for _ in range(50)]
    assert len(finished._live) <= 10
    for span in spans:
        answer(span)
    assert len(calls) == 50
    assert not finished._live


def test_a_span_that_ends_while_counts_are_read_is_counted_after_that(
    tracer: trace.Tracer, finished: FinishedCalls, calls: list[Call]
) -> None:
    # as when garbage is collected: in the thread that has the lock
    with finished.settled():
        answer(start(tracer))
        assert not calls
    with finished.settled():
        assert len(calls) == 1


def test_a_stream_that_is_collected_while_counts_are_read_blocks_nothing(
    tracer: trace.Tracer, finished: FinishedCalls, calls: list[Call]
) -> None:
    class Stream:
        def __init__(self) -> None:
            self.span, self.cycle = start(tracer), self

        def __del__(self) -> None:
            answer(self.span)

    def read() -> None:
        Stream()
        with finished.settled():
            gc.collect()

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    thread.join(timeout=30)
    assert not thread.is_alive(), "a deadlock"
    with finished.settled():
        assert len(calls) == 1


def test_calls_of_many_threads_are_counted_once_each(
    tracer: trace.Tracer, finished: FinishedCalls, metered: Metered
) -> None:
    finished.listen(metered.metrics.record)

    def work() -> None:
        for _ in range(200):
            answer(start(tracer))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with finished.settled():
        assert metered.total(REQUESTS) == 1600


def test_what_fails_while_counting_is_one_warning_and_never_reaches_the_app(
    tracer: trace.Tracer, finished: FinishedCalls, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(call: Call) -> None:
        raise KeyError("xyzzy-4711")

    finished.listen(broken)
    after: list[Call] = []
    finished.listen(after.append)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            answer(start(tracer))
    assert len(after) == 3
    assert [record.getMessage() for record in caplog.records] == [
        "a call is not counted: KeyError"
    ]

"""Each call that ends is handed on once, whatever is around it and whoever reads."""

import gc
import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

pytest.importorskip("opentelemetry.sdk", reason="needs the extra `capture`")

from capture_calls import Metered
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import Span, Status, StatusCode

from llm_telemetry.capture import finished_calls
from llm_telemetry.capture.calls import Call
from llm_telemetry.capture.finished_calls import FinishedCalls

REQUESTS = "llm_telemetry.client.requests"


@pytest.fixture
def metered() -> Metered:
    return Metered()


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


def in_time(step: Callable[[], None]) -> None:
    """Run a step in a thread that a deadlock would hold up for ever."""
    thread = threading.Thread(target=step, daemon=True)
    thread.start()
    thread.join(timeout=30)
    assert not thread.is_alive(), "a deadlock"


def test_a_span_that_ends_while_counts_are_read_is_counted_after_that(
    tracer: trace.Tracer, finished: FinishedCalls, calls: list[Call]
) -> None:
    counted = []

    def read() -> None:
        with finished.settled():
            answer(start(tracer))
            counted.append(len(calls))
        with finished.settled():
            counted.append(len(calls))

    in_time(read)
    assert counted == [0, 1]


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

    in_time(read)
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

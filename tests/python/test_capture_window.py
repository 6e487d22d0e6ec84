"""The window of recent calls: what it holds, what it forgets, whom it calls back."""

import logging
import math
import threading
import time
from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("opentelemetry.sdk", reason="needs the extra `capture`")

from capture_calls import call
from opentelemetry import context

from llm_telemetry.capture import call_window, latency_buckets, track_calls
from llm_telemetry.capture.call_window import CallWindow
from llm_telemetry.capture.calls import Call
from llm_telemetry.capture.prices import Usage
from llm_telemetry.capture.thresholds import Crossing


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 10_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def window(clock: Clock) -> CallWindow:
    return CallWindow(60, nullcontext, clock)


def test_an_empty_window_says_that_it_does_not_know(window: CallWindow) -> None:
    recent = window.recent()
    assert (recent.calls, recent.success_rate, recent.p95_latency_ms) == (0, None, None)
    assert window.by_model() == {}


def test_it_counts_all_calls_and_those_of_each_model(window: CallWindow) -> None:
    for status in ("ok", "ok", "error", "abandoned", "unknown"):
        window.add(call(status=status))
    window.add(call("claude", cost_usd=None, usage=Usage(1, 2)))
    recent = window.recent()
    assert (recent.calls, recent.failures, recent.abandoned) == (6, 1, 1)
    # neither the abandoned nor the unknown say whether the model answers
    assert recent.success_rate == 3 / 4
    assert (recent.input_tokens, recent.output_tokens) == (501, 102)
    assert (recent.cost_usd, recent.unpriced_calls) == (1.25, 1)
    by_model = window.by_model()
    assert {model: one.calls for model, one in by_model.items()} == {
        "gpt-5": 5,
        "claude": 1,
    }
    assert by_model["claude"] == window.recent(model="claude")
    assert window.recent(model="absent").calls == 0


def test_calls_leave_with_their_slice(window: CallWindow, clock: Clock) -> None:
    for _ in range(90):
        window.add(call())
        clock.now += 60
    # one slice more than an hour at most
    assert window.recent().calls == 60
    assert window.recent(minutes=5).calls == 5
    clock.now += 3600
    assert window.recent().calls == 0
    window.add(call())
    assert window.recent().calls == 1


@given(
    st.lists(st.floats(1.0, 3_000_000.0), min_size=1, max_size=300),
    st.sampled_from([0.5, 0.95, 0.99]),
)
def test_a_percentile_is_that_of_the_calls_to_one_percent(
    latencies: list[float], share: float
) -> None:
    counts = latency_buckets.empty()
    for latency in latencies:
        counts[latency_buckets.bucket(latency)] += 1
    exact = np.quantile(latencies, share, method="inverted_cdf")
    found = latency_buckets.quantile(counts, share)
    assert found is not None
    assert abs(math.log(found / exact)) <= math.log(1.02) / 2 + 1e-9


@given(st.lists(st.lists(st.floats(0.0, 1e7), max_size=30), max_size=5))
def test_counts_of_slices_add_up(slices: list[list[float]]) -> None:
    parts = [latency_buckets.empty() for _ in slices]
    for counts, latencies in zip(parts, slices, strict=True):
        for latency in latencies:
            counts[latency_buckets.bucket(latency)] += 1
    whole = latency_buckets.empty()
    for latency in (one for latencies in slices for one in latencies):
        whole[latency_buckets.bucket(latency)] += 1
    assert latency_buckets.total(parts) == whole


@pytest.mark.parametrize(
    ("latency_ms", "shown"), [(0.0, 1.0), (0.5, 1.0), (1e12, 3.6e6)]
)
def test_a_latency_outside_of_the_buckets_is_at_their_end(
    latency_ms: float, shown: float
) -> None:
    counts = latency_buckets.empty()
    counts[latency_buckets.bucket(latency_ms)] += 1
    assert latency_buckets.quantile(counts, 0.5) == pytest.approx(shown, rel=0.03)


def test_a_call_without_a_latency_counts(window: CallWindow) -> None:
    window.add(call(latency_s=None))
    assert (window.recent().calls, window.recent().p50_latency_ms) == (1, None)


def test_memory_is_bounded_whatever_the_traffic(
    window: CallWindow, clock: Clock
) -> None:
    for number in range(5_000):
        window.add(call(f"model-{number}", duration_s=number / 7))
        clock.now += 5
    slices = window._slices
    assert len(slices) <= call_window.SLICES + 1
    # each model of the window, all, and other
    names = {name for tallies in slices.values() for name in tallies}
    assert len(names) <= call_window.MAX_MODELS + 2
    assert "other" in window.by_model()
    assert sum(one.calls for one in window.by_model().values()) == window.recent().calls
    tally = next(iter(slices.values()))[call_window.ALL]
    assert tally.latencies.itemsize * len(tally.latencies) < 4_000


def test_a_model_that_may_be_content_is_other(window: CallWindow) -> None:
    window.add(call("What is xyzzy?"))
    window.add(call(None))
    assert set(window.by_model()) == {"other", "unknown"}


class Heard:
    """A callback that keeps what it is called with."""

    def __init__(self) -> None:
        self.crossings: list[Crossing] = []
        self.threads: list[threading.Thread] = []

    def __call__(self, crossing: Crossing) -> None:
        self.threads.append(threading.current_thread())
        self.crossings.append(crossing)

    def models(self) -> list[str | None]:
        """Return the models that were mentioned, when all callbacks have ended."""
        ended()
        return [crossing.model for crossing in self.crossings]


def ended() -> None:
    """Wait until no thread of a callback is left."""
    give_up = time.monotonic() + 30
    while any(t.name == "llm-telemetry-threshold" for t in threading.enumerate()):
        assert time.monotonic() < give_up, "a thread was left behind"
        time.sleep(0.001)


def add(window: CallWindow, clock: Clock, *calls: Call) -> None:
    """Add calls, and let a second pass, after which thresholds are compared again."""
    for one in calls:
        window.add(one)
    clock.now += call_window.CHECK_EVERY_S


def test_a_threshold_calls_back_once_until_its_cooldown_is_over(
    window: CallWindow, clock: Clock
) -> None:
    heard = Heard()
    window.on_threshold(
        heard, "success_rate", below=0.9, min_calls=2, cooldown_s=100, minutes=1
    )
    add(window, clock, call(status="error"))
    assert heard.models() == [], "one call is too few"
    for _ in range(5):
        add(window, clock, call(status="error"))
        ended()
    assert heard.models() == [None]
    (crossing,) = heard.crossings
    assert (crossing.metric, crossing.value, crossing.threshold) == (
        "success_rate",
        0.0,
        0.9,
    )
    assert crossing.recent.calls == 2
    clock.now += 100
    add(window, clock, call(status="error"), call(status="error"))
    add(window, clock, call(status="error"))
    assert heard.models() == [None, None]
    assert not any(thread.is_alive() for thread in heard.threads)


def test_a_value_at_the_threshold_does_not_cross_it(
    window: CallWindow, clock: Clock
) -> None:
    heard = Heard()
    window.on_threshold(heard, "success_rate", below=0.5, min_calls=1)
    window.on_threshold(heard, "cost_usd", above=0.5, min_calls=1)
    add(window, clock, call())
    add(window, clock, call(status="error"))
    assert heard.models() == []
    add(window, clock, call(status="error"))
    assert heard.models() == [None, None]
    assert {crossing.metric for crossing in heard.crossings} == {
        "success_rate",
        "cost_usd",
    }


def test_each_model_has_a_cooldown_of_its_own(window: CallWindow, clock: Clock) -> None:
    heard = Heard()
    slow = {"duration_s": 9.0}
    window.on_threshold(
        heard, "p95_latency_ms", above=5_000, by_model=True, min_calls=1
    )
    add(window, clock, call("fast"), call("slow", **slow))
    add(window, clock, call("fast"))
    assert heard.models() == ["slow"]
    add(window, clock, call("also-slow", **slow))
    add(window, clock, call("fast"))
    assert heard.models() == ["slow", "also-slow"]


def test_thresholds_are_compared_once_per_second(
    window: CallWindow, clock: Clock
) -> None:
    heard = Heard()
    window.on_threshold(heard, "calls", above=2, min_calls=1)
    for _ in range(10):
        window.add(call())
    assert heard.models() == []
    clock.now += call_window.CHECK_EVERY_S
    window.add(call())
    assert heard.models() == [None]


def test_an_exception_of_the_callback_is_logged_and_ends_there(
    window: CallWindow, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(crossing: Crossing) -> None:
        raise RuntimeError("the pager is down")

    heard = Heard()
    window.on_threshold(broken, "calls", above=0, min_calls=1, cooldown_s=0.5)
    window.on_threshold(heard, "calls", above=0, min_calls=1)
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            add(window, clock, call())
            ended()
    messages = [record.getMessage() for record in caplog.records]
    assert messages == ["the callback of a threshold failed"] * 2
    assert heard.models() == [None]


def test_a_callback_that_hangs_holds_up_neither_the_app_nor_more_threads(
    window: CallWindow, clock: Clock
) -> None:
    over, entered = threading.Event(), []

    def hang(crossing: Crossing) -> None:
        entered.append(crossing)
        over.wait(timeout=60)

    window.on_threshold(hang, "calls", above=0, min_calls=1, cooldown_s=0)
    for _ in range(20):
        add(window, clock, call())
    assert window.recent().calls == 20
    over.set()
    ended()
    assert len(entered) == 1


def test_a_callback_may_read_the_window_and_is_no_part_of_the_call() -> None:
    lock, found = threading.Lock(), []
    window = CallWindow(60, lambda: lock)
    window.on_threshold(
        lambda crossing: found.append((window.recent().calls, context.get_current())),
        "calls",
        above=0,
        min_calls=1,
    )
    token = context.attach(context.set_value("key", "of the call"))
    try:
        with lock:
            window.add(call())
    finally:
        context.detach(token)
    ended()
    assert found == [(1, {})]


def test_a_threshold_can_be_ended(window: CallWindow, clock: Clock) -> None:
    heard = Heard()
    end = window.on_threshold(heard, "calls", above=0, min_calls=1)
    end()
    end()
    add(window, clock, call())
    assert heard.models() == []


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        ({"metric": "p95"}, "metric: 'p95': write one of p50_latency_ms, "),
        ({"metric": "calls"}, "above, below: give one of them"),
        ({"metric": "calls", "above": 1, "below": 2}, "above, below: give one of them"),
        ({"metric": "calls", "above": 1, "minutes": 61}, "minutes: 61: the window has"),
    ],
)
def test_a_threshold_that_makes_no_sense_is_one_line(
    window: CallWindow, wrong: dict[str, Any], line: str
) -> None:
    with pytest.raises(ValueError, match=line.split(":")[0]) as raised:
        window.on_threshold(print, **wrong)
    assert str(raised.value).startswith(line)


@pytest.mark.parametrize("minutes", [0, -1, 61, float("nan")])
def test_only_minutes_of_the_window_can_be_read(
    window: CallWindow, minutes: float
) -> None:
    with pytest.raises(ValueError, match="the window has 60"):
        window.recent(minutes)


def test_without_instrument_a_window_is_empty_and_says_why(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        assert track_calls().recent().calls == 0
    assert "call instrument first" in caplog.text

"""The calls of the last minutes, readable while the app runs, with thresholds.

Counts are kept by model in slices of the window. Memory is bounded, whatever the
traffic: 61 slices of at most 22 tallies, some 4 MB.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager

from llm_telemetry.capture.call_tallies import Recent, Tally, recent
from llm_telemetry.capture.calls import Call
from llm_telemetry.capture.label_values import NAME, OTHER
from llm_telemetry.capture.thresholds import Crossing, Threshold

SLICES = 60
MAX_MODELS = 20
UNKNOWN = "unknown"
# no model has this name
ALL = ""
# thresholds are compared at most this often
CHECK_EVERY_S = 1.0


class CallWindow:
    """Counts the calls of the last minutes; reading it is safe in any thread."""

    def __init__(
        self,
        minutes: float,
        settled: Callable[[], AbstractContextManager[None]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not 0 < minutes < float("inf"):
            raise ValueError(f"minutes: {minutes}: write a number above 0")
        self.minutes = minutes
        self._slice_s = minutes * 60 / SLICES
        self._settled = settled
        self._clock = clock
        self._slices: dict[int, dict[str, Tally]] = {}
        self._thresholds: tuple[Threshold, ...] = ()
        self._next_check = float("-inf")

    def recent(self, minutes: float | None = None, model: str | None = None) -> Recent:
        """Return what all calls did, or those of one model, in the last minutes.

        The period is exact to a sixtieth of the window.
        """
        period = self._within(minutes)
        with self._settled():
            return self._recent(period, model)

    def by_model(self, minutes: float | None = None) -> dict[str, Recent]:
        """Return what the calls of each model did in the last minutes."""
        period = self._within(minutes)
        with self._settled():
            return {one: self._recent(period, one) for one in self._models(period)}

    def on_threshold(
        self,
        callback: Callable[[Crossing], object],
        metric: str,
        *,
        above: float | None = None,
        below: float | None = None,
        minutes: float | None = None,
        by_model: bool = False,
        min_calls: int = 20,
        cooldown_s: float = 300.0,
    ) -> Callable[[], None]:
        """Call back when a metric crosses a threshold; return what ends that.

        It is checked as calls end, at most once per second, from ``min_calls`` on. The
        callback runs in a thread that ends with it, one at a time, and at most once per
        ``cooldown_s``, for each model with ``by_model``. An exception is logged.
        """
        threshold = Threshold(
            callback,
            metric,
            above,
            below,
            self._within(minutes),
            by_model,
            min_calls,
            cooldown_s,
        )
        self._thresholds = (*self._thresholds, threshold)
        return lambda: self._end(threshold)

    def add(self, call: Call) -> None:
        """Count a call; calls come one at a time."""
        now = self._clock()
        number = int(now // self._slice_s)
        if number not in self._slices:
            self._slices[number] = {}
            for old in [one for one in self._slices if one < number - SLICES]:
                del self._slices[old]
        tallies = self._slices[number]
        for name in (ALL, self._shown(call.model or UNKNOWN, tallies)):
            if name not in tallies:
                tallies[name] = Tally()
            tallies[name].add(call)
        if self._thresholds and now >= self._next_check:
            self._next_check = now + CHECK_EVERY_S
            for threshold in self._thresholds:
                threshold.compare(now, self._of(threshold))

    def forget(self) -> None:
        """Start anew, in the child of a fork."""
        self._slices = {}

    def _of(self, threshold: Threshold) -> Iterator[tuple[str | None, Recent]]:
        """Yield what a threshold is compared with."""
        period = threshold.minutes
        if not threshold.by_model:
            yield None, self._recent(period, None)
            return
        for model in self._models(period):
            yield model, self._recent(period, model)

    def _shown(self, model: str, tallies: Mapping[str, Tally]) -> str:
        """Return a model, or other where the window has enough of them, or no name."""
        if model in tallies:
            return model
        known = {name for one in self._slices.values() for name in one} - {ALL, OTHER}
        is_new = model not in known
        if is_new and (len(known) >= MAX_MODELS or not NAME.fullmatch(model)):
            return OTHER
        return model

    def _tallies(self, minutes: float) -> list[dict[str, Tally]]:
        """Return the slices that have a part in the last minutes."""
        first = (self._clock() - minutes * 60) // self._slice_s
        return [held for number, held in self._slices.items() if number >= first]

    def _models(self, minutes: float) -> list[str]:
        found = {name for tallies in self._tallies(minutes) for name in tallies}
        return sorted(found - {ALL})

    def _recent(self, minutes: float, model: str | None) -> Recent:
        name = ALL if model is None else model
        found = [one[name] for one in self._tallies(minutes) if name in one]
        return recent(minutes, found)

    def _within(self, minutes: float | None) -> float:
        """Return the minutes asked for, which the window must have."""
        if minutes is None:
            return self.minutes
        if not 0 < minutes <= self.minutes:
            raise ValueError(f"minutes: {minutes}: the window has {self.minutes:g}")
        return minutes

    def _end(self, threshold: Threshold) -> None:
        self._thresholds = tuple(t for t in self._thresholds if t is not threshold)

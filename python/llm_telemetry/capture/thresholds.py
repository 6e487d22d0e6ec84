"""Call back when a metric of recent calls crosses a threshold."""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from opentelemetry import context

from llm_telemetry.capture.call_tallies import Recent

METRICS = (
    *("p50_latency_ms", "p95_latency_ms", "p99_latency_ms", "success_rate"),
    *("calls", "failures", "input_tokens", "output_tokens", "cost_usd"),
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Crossing:
    """A metric beyond its threshold; ``model`` is null where all models count."""

    metric: str
    value: float
    threshold: float
    model: str | None
    recent: Recent


@dataclass
class Threshold:
    """A threshold of a metric, and whom to call; quiet after that for a while."""

    callback: Callable[[Crossing], object]
    metric: str
    above: float | None
    below: float | None
    minutes: float
    by_model: bool
    min_calls: int
    cooldown_s: float
    # until when a model that crossed it is not mentioned again
    quiet_until: dict[str | None, float] = field(default_factory=dict)
    is_calling: bool = False

    def __post_init__(self) -> None:
        if self.metric not in METRICS:
            known = ", ".join(METRICS)
            raise ValueError(f"metric: {self.metric!r}: write one of {known}")
        if (self.above is None) == (self.below is None):
            raise ValueError("above, below: give one of them")

    def compare(self, now: float, found: Iterable[tuple[str | None, Recent]]) -> None:
        """Call back, in a thread, for the models beyond the threshold, if any."""
        if self.is_calling:
            return
        self.quiet_until = {k: v for k, v in self.quiet_until.items() if v > now}
        crossings = [
            crossing
            for model, recent in found
            if model not in self.quiet_until
            and (crossing := self._crossing(model, recent))
        ]
        for crossing in crossings:
            self.quiet_until[crossing.model] = now + self.cooldown_s
        if crossings:
            self._call_back(crossings)

    def _crossing(self, model: str | None, recent: Recent) -> Crossing | None:
        value = getattr(recent, self.metric)
        if value is None or recent.calls < self.min_calls:
            return None
        if self.above is not None:
            is_beyond, limit = value > self.above, self.above
        else:
            limit = self.below or 0.0
            is_beyond = value < limit
        return Crossing(self.metric, value, limit, model, recent) if is_beyond else None

    def _call_back(self, crossings: Sequence[Crossing]) -> None:
        """Start a thread that ends with the callback: the app does not wait for it."""
        name = "llm-telemetry-threshold"
        thread = threading.Thread(
            target=self._run, args=[crossings], name=name, daemon=True
        )
        self.is_calling = True
        # what it does is no part of the call that happened to end just now
        token = context.attach(context.Context())
        try:
            thread.start()
        except RuntimeError:
            # no thread starts while the interpreter ends
            self.is_calling = False
        finally:
            context.detach(token)

    def _run(self, crossings: Sequence[Crossing]) -> None:
        try:
            for crossing in crossings:
                self._run_one(crossing)
        finally:
            self.is_calling = False

    def _run_one(self, crossing: Crossing) -> None:
        try:
            self.callback(crossing)
        # nothing that a callback does may reach the app
        except Exception:
            _log.warning("the callback of a threshold failed", exc_info=True)

"""What calls did, counted, and read as rates and percentiles."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

from llm_telemetry.capture import latency_buckets
from llm_telemetry.capture.calls import Call


@dataclass(frozen=True)
class Recent:
    """What the calls of some minutes did; null where none of them says.

    ``success_rate`` is of the calls that succeeded or failed, without the abandoned.
    ``cost_usd`` is that of calls with a known cost, without ``unpriced_calls``.
    """

    minutes: float
    calls: int
    failures: int
    abandoned: int
    success_rate: float | None
    p50_latency_ms: float | None
    p95_latency_ms: float | None
    p99_latency_ms: float | None
    input_tokens: int
    output_tokens: int
    cost_usd: float
    unpriced_calls: int


@dataclass
class Tally:
    """Counts and sums of calls, and their latencies in buckets."""

    calls: int = 0
    successes: int = 0
    failures: int = 0
    abandoned: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0
    unpriced_calls: int = 0
    latencies: "array[int]" = field(default_factory=latency_buckets.empty)

    def add(self, call: Call) -> None:
        """Count a call."""
        self.calls += 1
        self.successes += call.status == "ok"
        self.failures += call.status == "error"
        self.abandoned += call.status == "abandoned"
        self.input_tokens += call.usage.input_tokens or 0
        self.output_tokens += call.usage.output_tokens or 0
        self.cost_usd += call.cost_usd or 0.0
        self.unpriced_calls += call.is_unpriced
        if call.latency_s is not None:
            self.latencies[latency_buckets.bucket(call.latency_s * 1e3)] += 1


def recent(minutes: float, tallies: Sequence[Tally]) -> Recent:
    """Return what the calls of several tallies did."""
    successes = sum(one.successes for one in tallies)
    failures = sum(one.failures for one in tallies)
    known = successes + failures
    latencies = latency_buckets.total(one.latencies for one in tallies)
    p50, p95, p99 = (
        latency_buckets.quantile(latencies, share) for share in (0.5, 0.95, 0.99)
    )
    return Recent(
        minutes,
        calls=sum(one.calls for one in tallies),
        failures=failures,
        abandoned=sum(one.abandoned for one in tallies),
        success_rate=successes / known if known else None,
        p50_latency_ms=p50,
        p95_latency_ms=p95,
        p99_latency_ms=p99,
        input_tokens=sum(one.input_tokens for one in tallies),
        output_tokens=sum(one.output_tokens for one in tallies),
        cost_usd=sum(one.cost_usd for one in tallies),
        unpriced_calls=sum(one.unpriced_calls for one in tallies),
    )

"""What the service as a whole does, so that artifacts of two runs can be compared."""

from dataclasses import replace
from typing import Any

import pandas as pd

from llm_telemetry.decisions.statistics import Estimate, Floats
from llm_telemetry.decisions.types import measured
from llm_telemetry.gate.boundaries import Looks, reach, student
from llm_telemetry.gate.contrasts import KNOWN
from llm_telemetry.gate.latency import distribution
from llm_telemetry.gate.standardised import (
    SLICE,
    Side,
    align,
    standardised_mean,
    standardised_rate,
)

LEVEL = 0.95
RATES = {"failure_rate": "failures", "sla_breach_rate": "sla_breaches"}
UNITS = {
    "failure_rate": "failures per interaction",
    "sla_breach_rate": "SLA breaches per interaction",
    "cost_usd": "USD per interaction",
    "p95_latency_ms": "ms",
}


def service_estimates(
    cells: pd.DataFrame, latencies: pd.DataFrame, *, sessions: int
) -> dict[str, dict[str, Any]]:
    """Return rates, cost and the 95th percentile of latency, as an artifact has them.

    From the rows of marts.release_slices and marts.release_latencies of everything
    together; the errors count sessions.
    """
    everything = dict.fromkeys(SLICE, "all")
    whole = align(
        cells.assign(**everything), cells.assign(**everything), min_sessions=0
    )
    if not whole.slices:
        return {}
    side, weights = whole.baseline, whole.weights
    far = student(reach(Looks(), alpha=1 - LEVEL, sessions=1), whole.clusters)
    found = {name: _rate(side, weights, events, far) for name, events in RATES.items()}
    found["cost_usd"] = _mean(side, weights, far)
    found["p95_latency_ms"] = _p95(side, weights, latencies.assign(**everything), far)
    return {
        # a session that met several slices counts once
        name: measured(replace(one, clusters=sessions), UNITS[name])
        for name, one in found.items()
    }


def _rate(side: Side, weights: Floats, events: str, far: float) -> Estimate:
    trials = side.counts[KNOWN[events]]
    happened = side.counts[events]
    rate = standardised_rate(happened, trials, weights, sessions=side.sessions)
    se = standardised_mean(happened, trials, weights).se
    return _estimate(side, KNOWN[events], (rate.value, *rate.interval(far)), se)


def _mean(side: Side, weights: Floats, far: float) -> Estimate:
    mean = standardised_mean(
        side.counts["cost_usd"], side.counts["known_costs"], weights
    )
    reached = (mean.value, mean.value - far * mean.se, mean.value + far * mean.se)
    return _estimate(side, "known_costs", reached, mean.se)


def _p95(side: Side, weights: Floats, bins: pd.DataFrame, far: float) -> Estimate:
    slow = side.counts["slow_interactions"]
    known = side.counts["known_latencies"]
    found = distribution(
        bins,
        [("all", "all")],
        weights,
        interactions=known.sum(axis=1),
        tail=standardised_rate(slow, known, weights, sessions=side.sessions),
        missing="left_out",
    )
    value, low, high = found.p95(far)
    # half the interval, as it is not symmetric
    se = (high - low) / 2 / far
    return _estimate(side, "known_latencies", (value, low, high), se)


def _estimate(
    side: Side, known: str, interval: tuple[float, float, float], se: float
) -> Estimate:
    value, low, high = interval
    return Estimate(value, se, low, high, int(side.counts[known].sum()), 0)

"""Candidate against baseline, one metric at a time.

Bounds are functions of the reach: the half-width of an interval in standard errors.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, nan

import pandas as pd

from llm_telemetry.decisions.statistics import Floats
from llm_telemetry.gate import latency
from llm_telemetry.gate.standardised import (
    Aligned,
    Mean,
    Rate,
    Side,
    difference_bounds,
    relative_bounds,
    standardised_mean,
    standardised_rate,
)

# how unknown values are treated: left out, as the best or as the worst plausible value
MISSING = ("left_out", "good", "bad")
KNOWN = {
    "failures": "known_outcomes",
    "sla_breaches": "known_latencies",
    "slow_interactions": "known_latencies",
    "cost_usd": "known_costs",
    "quality_score_sum": "known_quality_scores",
}

Bounds = Callable[[float], tuple[float, float]]


@dataclass(frozen=True)
class Contrast:
    """Two values, their difference, and its bounds at so many standard errors.

    ``baseline`` is nan where the candidate is compared with a fixed number.
    """

    baseline: float
    candidate: float
    difference: float
    bounds: Bounds
    clusters: int
    covered_share: float


@dataclass(frozen=True)
class Evidence:
    """The data of the marts about both versions."""

    aligned: Aligned
    baseline_latencies: pd.DataFrame
    candidate_latencies: pd.DataFrame


def rate_contrast(evidence: Evidence, events: str, missing: str) -> Contrast:
    """Return the difference of a share."""
    aligned = evidence.aligned.measured(KNOWN[events])
    baseline, candidate = (
        _rate(side, aligned.weights, events, missing)
        for side in (aligned.baseline, aligned.candidate)
    )
    return of_rates(baseline, candidate, aligned.clusters, aligned.covered_share)


def of_rates(
    baseline: Rate, candidate: Rate, clusters: int, covered_share: float
) -> Contrast:
    """Return the difference of two shares."""
    return Contrast(
        baseline=baseline.value,
        candidate=candidate.value,
        difference=candidate.value - baseline.value,
        bounds=lambda reach: difference_bounds(
            (baseline.value, *baseline.interval(reach)),
            (candidate.value, *candidate.interval(reach)),
        ),
        clusters=clusters,
        covered_share=covered_share,
    )


def relative_contrast(evidence: Evidence, total: str, missing: str) -> Contrast:
    """Return the change of a mean as a share of the baseline's."""
    aligned = evidence.aligned.measured(KNOWN[total])
    baseline, candidate = (
        _mean(side, aligned.weights, total, missing)
        for side in (aligned.baseline, aligned.candidate)
    )
    return of_means(baseline, candidate, aligned.clusters, aligned.covered_share)


def of_means(
    baseline: Mean, candidate: Mean, clusters: int, covered_share: float
) -> Contrast:
    """Return the change of a mean as a share of the baseline's."""
    change = candidate.value / baseline.value - 1 if baseline.value > 0 else nan
    return Contrast(
        baseline=baseline.value,
        candidate=candidate.value,
        difference=change,
        bounds=lambda reach: relative_bounds(baseline, candidate, reach),
        clusters=clusters,
        covered_share=covered_share,
    )


def p95_contrast(evidence: Evidence, missing: str) -> Contrast:
    """Return the difference of the 95th percentiles of latency, ms."""
    aligned = evidence.aligned.measured("known_latencies")
    baseline, candidate = _latencies(evidence, aligned, missing)
    values = [side.quantile(latency.P95) for side in (baseline, candidate)]

    def bounds(reach: float) -> tuple[float, float]:
        if inf in values:
            return -inf, inf
        return difference_bounds(baseline.p95(reach), candidate.p95(reach))

    return Contrast(
        baseline=values[0],
        candidate=values[1],
        difference=nan if inf in values else values[1] - values[0],
        bounds=bounds,
        clusters=aligned.clusters,
        covered_share=aligned.covered_share,
    )


def cost_level(evidence: Evidence, missing: str) -> Contrast:
    """Return the candidate's cost per interaction, USD."""
    aligned = evidence.aligned.measured("known_costs")
    mean = _mean(aligned.candidate, aligned.weights, "cost_usd", missing)
    return Contrast(
        baseline=nan,
        candidate=mean.value,
        difference=mean.value,
        bounds=lambda reach: (
            mean.value - reach * mean.se,
            mean.value + reach * mean.se,
        ),
        clusters=aligned.clusters,
        covered_share=aligned.covered_share,
    )


def p95_level(evidence: Evidence, missing: str) -> Contrast:
    """Return the candidate's 95th percentile of latency, ms."""
    aligned = evidence.aligned.measured("known_latencies")
    _, candidate = _latencies(evidence, aligned, missing)
    value = candidate.quantile(latency.P95)
    return Contrast(
        baseline=nan,
        candidate=value,
        difference=value,
        bounds=lambda reach: candidate.p95(reach)[1:],
        clusters=aligned.clusters,
        covered_share=aligned.covered_share,
    )


def _rate(side: Side, weights: Floats, events: str, missing: str) -> Rate:
    known, everything = side.counts[KNOWN[events]], side.counts["interactions"]
    happened = side.counts[events]
    if missing == "bad":
        happened = happened + everything - known
    trials = known if missing == "left_out" else everything
    return standardised_rate(happened, trials, weights, sessions=side.sessions)


def _mean(side: Side, weights: Floats, total: str, missing: str) -> Mean:
    """Return a mean; unknown values are left out, 0, or twice the slice's mean."""
    known, everything = side.counts[KNOWN[total]], side.counts["interactions"]
    summed = side.counts[total]
    if missing == "left_out":
        return standardised_mean(summed, known, weights)
    if missing == "bad":
        slice_means = summed.sum(axis=1) / known.sum(axis=1)
        summed = summed + 2 * slice_means[:, None] * (everything - known)
    return standardised_mean(summed, everything, weights)


def _latencies(
    evidence: Evidence, aligned: Aligned, missing: str
) -> tuple[latency.Distribution, latency.Distribution]:
    def of(bins: pd.DataFrame, side: Side) -> latency.Distribution:
        return latency.distribution(
            bins,
            aligned.slices,
            aligned.weights,
            interactions=side.counts["interactions"].sum(axis=1),
            tail=_rate(side, aligned.weights, "slow_interactions", "left_out"),
            missing=missing,
        )

    return (
        of(evidence.baseline_latencies, aligned.baseline),
        of(evidence.candidate_latencies, aligned.candidate),
    )

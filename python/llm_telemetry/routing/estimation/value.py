"""What a policy would have cost, from calls that another policy routed.

Every estimator returns one score per row whose mean is the estimate, so that errors,
sums over use cases and tests are computed in one place.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import nan, sqrt

import numpy as np

from llm_telemetry.decisions.statistics import (
    Estimate,
    effective_clusters,
    effective_size,
    from_influence,
)
from llm_telemetry.routing.estimation.contexts import Codes, Floats

FAILURE = "is_failure"
CASH = "cost_usd"


@dataclass(frozen=True)
class Part:
    """One part of the unit cost: its observed values, and what models predict.

    ``chosen`` is expected under the policy's arm, ``logged`` under the arm used.
    """

    usd: float  # USD per unit of it
    observed: Floats  # NaN where unknown
    chosen: Floats
    logged: Floats

    def missed(self, expected: Floats) -> Floats:
        """Return observed minus expected, 0 where unknown.

        Divided by the share that is known: rows are assumed to be missing at random,
        which routing tests and refuses otherwise.
        """
        known = np.isfinite(self.observed)
        share = known.mean() or nan
        return np.where(known, self.observed - expected, 0.0) / share

    def corrected(self, expected: Floats, weights: Floats | float = 1.0) -> Floats:
        """Return the predictions plus the weighted residuals."""
        return expected + weights * self.missed(expected)


@dataclass(frozen=True)
class Evaluation:
    """The evaluation rows of a policy.

    ``weights`` is 1{arm used = arm chosen} / propensity; ``chances`` the modelled
    propensity of the arm chosen, of every row, used or not.
    """

    sessions: Codes
    use_cases: Codes
    weights: Floats
    chances: Floats
    parts: Mapping[str, Part]

    @cached_property
    def effective_rows(self) -> float:
        """Return the effective number of rows on the chosen arms (Kish)."""
        return effective_size(self.weights)

    @cached_property
    def effective_sessions(self) -> float:
        """Return the effective number of sessions on the chosen arms (Kish)."""
        return effective_clusters(self.weights, self.sessions)


@dataclass(frozen=True)
class Contrast:
    """A policy against the logged routing on the same rows, per interaction."""

    estimator: str
    covered_rows: int  # those that the estimate covers
    covered_use_cases: int
    unit_cost: float  # USD per interaction under the policy
    baseline_unit_cost: float
    failure_rate: float
    baseline_failure_rate: float
    unit_cost_delta: Estimate
    failure_rate_delta: Estimate
    effective_sessions: float
    freedom: float  # of the t interval around unit_cost_delta
    cash_delta: Estimate | None = None  # the part of unit_cost_delta that is billed


Scorer = Callable[[Part, Evaluation], Floats]


def inverse_weights(
    arms: Codes, chosen: Codes, propensities: Floats, floor: float
) -> Floats:
    """Return 1{arm used = arm chosen} / max(propensity of the arm used, floor)."""
    used = propensities[np.arange(len(arms)), arms]
    return np.where(arms == chosen, 1 / np.maximum(used, floor), 0.0)


def doubly_robust(part: Part, own: Evaluation) -> Floats:
    """Return m(x, d) + 1{a = d} / e (y - m(x, d)).

    Its mean is consistent if either the propensities or the outcome models are right.
    """
    return part.corrected(part.chosen, own.weights)


def direct(part: Part, own: Evaluation) -> Floats:
    """Return m(x, d), uncorrected; the interval ignores the error of the model."""
    return part.chosen


def snips(part: Part, own: Evaluation) -> Floats:
    """Return scores whose mean is sum(w y) / sum(w)."""
    known = np.isfinite(part.observed)
    used = np.where(known, own.weights, 0.0)
    total = used.sum() or nan
    observed = np.where(known, part.observed, 0.0)
    mean = float((used * observed).sum() / total)
    return np.asarray(mean + len(used) / total * used * (observed - mean))


ESTIMATORS: Mapping[str, Scorer] = {
    "direct": direct,
    "snips": snips,
    "doubly_robust": doubly_robust,
}


def contrast(estimator: str, own: Evaluation) -> Contrast:
    """Return the policy against the logged routing by one estimator."""
    size = len(own.sessions)
    cost, was_cost, missed = np.zeros((3, size))
    failed = was_failed = not_foreseen = np.full(size, nan)
    for name, part in own.parts.items():
        logged = part.corrected(part.logged)
        policy = ESTIMATORS[estimator](part, own)
        cost += part.usd * policy
        was_cost += part.usd * logged
        missed += part.usd * part.missed(part.chosen)
        if name == FAILURE:
            failed, was_failed = policy, logged
            not_foreseen = part.missed(part.chosen)
    delta, failure_delta = cost - was_cost, failed - was_failed
    is_corrected = estimator == "doubly_robust"
    return Contrast(
        estimator=estimator,
        covered_rows=size,
        covered_use_cases=len(np.unique(own.use_cases)),
        unit_cost=_mean(cost),
        baseline_unit_cost=_mean(was_cost),
        failure_rate=_mean(failed),
        baseline_failure_rate=_mean(was_failed),
        unit_cost_delta=corrected_mean(delta, missed, own, kept=1.0)
        if is_corrected
        else score_mean(delta, own),
        failure_rate_delta=corrected_mean(failure_delta, not_foreseen, own, kept=1.0)
        if is_corrected
        else score_mean(failure_delta, own),
        effective_sessions=own.effective_sessions,
        freedom=freedom(delta, own),
        cash_delta=part_delta(estimator, CASH, own) if CASH in own.parts else None,
    )


def part_delta(estimator: str, name: str, own: Evaluation) -> Estimate:
    """Return the change of one part of the unit cost, in the part's own unit."""
    part = own.parts[name]
    scores = ESTIMATORS[estimator](part, own) - part.corrected(part.logged)
    if estimator != "doubly_robust":
        return score_mean(scores, own)
    return corrected_mean(scores, part.missed(part.chosen), own, kept=1.0)


def score_mean(scores: Floats, own: Evaluation) -> Estimate:
    """Return the mean of scores with its t interval, sessions as clusters."""
    mean = _mean(scores)
    influence = (scores - mean) / max(len(scores), 1)
    degrees = freedom(scores, own)
    return from_influence(mean, influence, own.sessions, freedom=degrees)


def corrected_mean(
    scores: Floats, missed: Floats, own: Evaluation, *, kept: float
) -> Estimate:
    """Return the mean of model-correcting scores, with at least its expected error.

    Under skewed logging there are few rows of large weight: if none was drawn, the
    observed error is too small. The expected one follows from the propensity e of
    every row: with s^2 the weighted mean square of the residuals r, the correction
    (w - kept) r has the variance s^2 mean(e (1/e - kept)^2) / n; ``kept`` is 1 where
    the row's own outcome is subtracted. The larger of the two errors is used.
    """
    plain = score_mean(scores, own)
    total = own.weights.sum()
    if not (plain.se > 0 and total > 0 and np.isfinite(own.chances).all()):
        return plain
    used = np.where(own.weights > 0, own.weights - kept, 0.0)
    base = score_mean(scores - used * missed, own)
    spread = float((own.weights * np.square(missed)).sum() / total)
    drawn = _mean(own.chances * np.square(1 / own.chances - kept))
    expected = sqrt(base.se**2 + spread * drawn / len(scores))
    wider = max(1.0, expected / plain.se)
    low, high = (
        plain.value + wider * (end - plain.value) for end in (plain.low, plain.high)
    )
    return replace(plain, se=wider * plain.se, low=low, high=high)


def freedom(scores: Floats, own: Evaluation) -> float:
    """Return the degrees of freedom of the error, from the sessions that carry it.

    The effective sessions of the chosen arms, or fewer if some carry most of the
    variance: (sum u^2)^2 / sum u^4 over each session's influence u, minus 1
    (Satterthwaite 1946).
    """
    if not len(scores) or not np.isfinite(scores).all():
        return nan
    moved = np.bincount(own.sessions, weights=scores - scores.mean())
    carrying = effective_size(np.square(moved))
    return min(own.effective_sessions, carrying) - 1


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else nan

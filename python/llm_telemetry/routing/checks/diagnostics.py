"""Diagnostics that a comparison of routed calls has to pass.

Each value is compared with its limit after subtracting what sampling error explains:
with few rows every balance is off by chance, and the interval accounts for that. The
plain values are reported beside. A diagnostic that does not apply has no limit; one
that has a limit but could not be computed has ``is_met`` None.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
import pandas as pd
from scipy import stats
from scipy.special import expit

from llm_telemetry.decisions.statistics import (
    Estimate,
    clustered_mean,
    effective_clusters,
    effective_size,
    from_influence,
)
from llm_telemetry.decisions.types import Row, check
from llm_telemetry.routing.estimation.contexts import (
    LOG_PROMPT_SIZE,
    Codes,
    Encoder,
    Floats,
)
from llm_telemetry.routing.estimation.value import Contrast, Evaluation

LEVEL = 0.95
NEWTON_STEPS = 25
LEAST_SPREAD = 1e-9  # sd of the propensities, if they differ between calls at all
# diagnostics, and the code of the refusal if one fails
CODES = {
    "effective_rows": "too_few_effective_rows",
    "overlapping_share": "no_overlap",
    "weight_error_beyond_chance": "weights_do_not_add_up",
    "imbalance_beyond_chance": "contexts_not_balanced",
    "propensity_slope_error_beyond_chance": "propensities_miscalibrated",
    "negative_control_beyond_chance": "negative_control_failed",
    "estimator_gap_in_se": "estimators_disagree",
    "missing_gap_beyond_chance": "missing_differs_by_arm",
}


@dataclass(frozen=True)
class Judged:
    """What the diagnostics are computed from: a policy's rows and both estimates."""

    own: Evaluation
    contexts: pd.DataFrame
    is_chosen: np.ndarray  # whether the arm used is the arm chosen
    chosen_propensities: Floats  # NaN if arms were drawn at random
    missing: Mapping[str, np.ndarray]
    doubly_robust: Contrast
    snips: Contrast

    @property
    def is_modelled(self) -> bool:
        """Say whether the propensities are estimated by a model."""
        return bool(np.isfinite(self.chosen_propensities).all())


def diagnose(judged: Judged, knobs: Mapping[str, float]) -> tuple[Row, ...]:
    """Return every diagnostic with its limit; those without one are informative."""
    return tuple(_checks(judged, knobs))


def refusals(checks: tuple[Row, ...]) -> list[str]:
    """Return the codes of the diagnostics that fail."""
    return [CODES[row["name"]] for row in checks if row["is_met"] is False]


def unmeasured(checks: tuple[Row, ...]) -> list[str]:
    """Return the names of the diagnostics that apply and could not be computed."""
    return [
        row["name"]
        for row in checks
        if row["limit"] is not None and row["is_met"] is None
    ]


def _checks(judged: Judged, knobs: Mapping[str, float]) -> Iterator[Row]:
    own = judged.own
    rows, least = own.effective_rows, knobs["routing_min_ess"]
    yield check("effective_rows", rows, least, rows >= least)
    yield from _overlap(judged, knobs)
    weight = _mean_weight(own)
    yield _plain("mean_weight", weight.value)
    limit = knobs["routing_max_weight_error"]
    yield _beyond("weight_error_beyond_chance", weight, 1.0, limit)
    yield from _balance(judged, knobs["routing_max_imbalance"])
    yield from _negative_control(judged, knobs["routing_max_control_effect"])
    yield from _calibration(judged, knobs["routing_max_slope_error"])
    yield from _estimators(judged, knobs["routing_max_estimator_gap"])
    yield from _missing(judged, knobs["routing_max_missing_gap"])


def _plain(name: str, value: float) -> Row:
    return check(name, float(value) if np.isfinite(value) else None, None, None)


def _beyond(
    name: str, found: Estimate, ideal: float, limit: float, *, tests: int = 1
) -> Row:
    """Compare the distance from the ideal, minus sampling error, with a limit."""
    quantile = float(stats.norm.ppf(1 - (1 - LEVEL) / 2 / tests))
    distance = abs(found.value - ideal) - quantile * found.se
    if not np.isfinite(distance):
        return check(name, None, limit, None)
    beyond = max(0.0, distance)
    return check(name, float(beyond), limit, bool(beyond <= limit))


def _overlap(judged: Judged, knobs: Mapping[str, float]) -> Iterator[Row]:
    """Return the share of the rows that the chosen arm could have served.

    Does not apply where arms were drawn at random: no propensity is modelled then.
    """
    if not judged.is_modelled:
        yield check("overlapping_share", None, None, None)
        return
    limit = knobs["routing_min_covered_share"]
    likely = judged.chosen_propensities
    share = float((likely >= knobs["routing_min_propensity"]).mean())
    yield check("overlapping_share", share, limit, share >= limit)


def _mean_weight(own: Evaluation) -> Estimate:
    """Return the mean weight, which is 1 where the propensities are right."""
    return clustered_mean(own.weights, own.sessions)


def _balance(judged: Judged, limit: float) -> Iterator[Row]:
    """Compare each context of the weighted chosen rows with that of all rows."""
    contexts, weights = judged.contexts, judged.own.weights
    sessions = judged.own.sessions
    design = Encoder.fitted(contexts).design(contexts).tocsc()
    columns = (design[:, [place]].toarray().ravel() for place in range(design.shape[1]))
    found = [
        _mean_difference(column, weights, sessions)
        for column in columns
        if column.std() > 0
    ]
    known = [one for one in found if np.isfinite(one.se)]
    worst = max(known, key=lambda one: abs(one.value), default=None)
    yield _plain("largest_imbalance", nan if worst is None else abs(worst.value))
    beyond = [_beyond("", one, 0.0, limit, tests=len(known))["value"] for one in known]
    most = max(beyond, default=None)
    is_met = None if most is None else bool(most <= limit)
    # contexts that are all alike are balanced: the check does not apply
    yield check("imbalance_beyond_chance", most, limit if found else None, is_met)


def _mean_difference(values: Floats, weights: Floats, sessions: Codes) -> Estimate:
    """Return sum(w x) / sum(w) minus mean(x), in standard deviations of x.

    Its t interval has as many degrees of freedom as sessions carry weight, or fewer
    if some carry most of the variance, as that of the saving.
    """
    total, sd = weights.sum(), values.std() if len(values) else 0.0
    if not (total > 0 and sd > 0):
        return Estimate(nan, nan, nan, nan, len(values), 0)
    mean = float((weights * values).sum() / total)
    difference = mean - float(values.mean())
    pull = weights * (values - mean) * (len(values) / total) - (values - values.mean())
    influence = pull / len(values) / sd
    carrying = effective_size(np.square(np.bincount(sessions, weights=influence)))
    degrees = min(effective_clusters(weights, sessions), carrying) - 1
    return from_influence(difference / sd, influence, sessions, freedom=degrees)


def _negative_control(judged: Judged, limit: float) -> Iterator[Row]:
    """Estimate the policy's effect on the prompt's length, which it cannot have.

    It does not apply where no count of the length is independent of the arm. Shrunken
    propensities leave a small effect, which the outcome models correct: it counts from
    the limit on, in standard deviations of the log length, beyond sampling error.
    """
    name = "negative_control_beyond_chance"
    if LOG_PROMPT_SIZE not in judged.contexts:
        yield _plain("negative_control_effect_in_sd", nan)
        yield check(name, None, None, None)
        return
    lengths, own = judged.contexts[LOG_PROMPT_SIZE].to_numpy(), judged.own
    known = np.isfinite(lengths)
    effect = _mean_difference(lengths[known], own.weights[known], own.sessions[known])
    yield _plain("negative_control_effect_in_sd", effect.value)
    if not effect.se > 0:
        yield check(name, None, limit, None)
        return
    # a few sessions can carry most of the variance: the interval is that of a t test
    beyond = max(0.0, effect.low, -effect.high)
    yield check(name, float(beyond), limit, bool(beyond <= limit))


def _calibration(judged: Judged, limit: float) -> Iterator[Row]:
    """Regress use of the chosen arm on its log odds: the slope should be 1.

    A model that predicts the same for every call has no slope; its level is checked
    by the mean weight, and what it does not model by the balance.
    """
    name = "propensity_slope_error_beyond_chance"
    likely = np.clip(judged.chosen_propensities, 1e-6, 1 - 1e-6)
    if not judged.is_modelled or likely.std() < LEAST_SPREAD:
        yield _plain("propensity_slope", nan)
        yield check(name, None, None, None)
        return
    odds, is_chosen = np.log(likely / (1 - likely)), judged.is_chosen.astype(float)
    slope = logistic_slope(odds, is_chosen, judged.own.sessions)
    yield _plain("propensity_slope", slope.value)
    yield _beyond(name, slope, 1.0, limit)


def logistic_slope(x: Floats, y: Floats, sessions: Codes) -> Estimate:
    """Return the slope of a logistic regression, with a clustered standard error."""
    scale = float(x.std())
    design = np.column_stack([np.ones_like(x), (x - x.mean()) / scale])
    beta = np.array([0.0, scale])
    inverse = np.full((2, 2), nan)
    for _ in range(NEWTON_STEPS):
        fitted = expit(design @ beta)
        information = (design * (fitted * (1 - fitted))[:, None]).T @ design
        if np.linalg.cond(information) > 1e12:
            return Estimate(nan, nan, nan, nan, len(x), 0)
        inverse = np.linalg.inv(information)
        step = inverse @ (design.T @ (y - fitted))
        beta = beta + np.clip(step, -2.0, 2.0)
        if np.abs(step).max() < 1e-10:
            break
    influence = (design * (y - expit(design @ beta))[:, None]) @ inverse[:, 1]
    return from_influence(float(beta[1]) / scale, influence / scale, sessions)


def _estimators(judged: Judged, limit: float) -> Iterator[Row]:
    delta, other = judged.doubly_robust.unit_cost_delta, judged.snips.unit_cost_delta
    gap = abs(delta.value - other.value) / delta.se if delta.se > 0 else nan
    is_met = bool(gap <= limit) if np.isfinite(gap) else None
    yield check("estimator_gap_in_se", gap if np.isfinite(gap) else None, limit, is_met)


def _missing(judged: Judged, limit: float) -> Iterator[Row]:
    """Compare missing rates on the chosen arms with those of the other arms."""
    chosen, sessions = judged.is_chosen, judged.own.sessions
    gaps = [_difference(flags, chosen, sessions) for flags in judged.missing.values()]
    beyond = [_beyond("", gap, 0.0, limit, tests=len(gaps))["value"] for gap in gaps]
    most = max((value for value in beyond if value is not None), default=None)
    is_met = None if most is None else most <= limit
    yield check("missing_gap_beyond_chance", most, limit, is_met)


def _difference(flags: np.ndarray, inside: np.ndarray, sessions: Codes) -> Estimate:
    """Return the share of flags inside minus outside, with a clustered error."""
    counts = inside.sum(), (~inside).sum()
    if not all(counts):
        return Estimate(nan, nan, nan, nan, len(flags), 0)
    shares = float(flags[inside].mean()), float(flags[~inside].mean())
    pull = np.where(
        inside, (flags - shares[0]) / counts[0], -(flags - shares[1]) / counts[1]
    )
    found = from_influence(shares[0] - shares[1], pull, sessions)
    # without missing values the error is 0: use that of half a row instead
    floor = sqrt(0.25 / counts[0] ** 2 + 0.25 / counts[1] ** 2)
    return Estimate(
        found.value,
        max(found.se, floor),
        found.low,
        found.high,
        found.n,
        found.clusters,
    )

"""How much hidden context it would take to undo a result."""

from collections.abc import Callable
from math import nan, sqrt

import numpy as np

from llm_telemetry.decisions.statistics import Estimate
from llm_telemetry.routing.estimation.contexts import Floats
from llm_telemetry.routing.estimation.value import Evaluation

FACTORS = (1.0, 1.1, 1.2, 1.5, 2.0, 3.0)
MAX_FACTOR = 20.0
STEPS = 40


def worst_mean(values: Floats, weights: Floats, factor: float) -> float:
    """Return the largest self-normalised mean that hidden context could hide.

    The marginal sensitivity model (Tan 2006): each weight may be anything from
    1 + (w - 1) / factor to 1 + (w - 1) factor. The largest sum(w y) / sum(w) gives
    the large weights to all values from some threshold up (Zhao, Small & Bhattacharya
    2019), so sorting and two running sums find it in O(n log n).
    """
    if not len(values):
        return nan
    order = np.argsort(-values, kind="stable")
    values, excess = values[order], weights[order] - 1
    low, high = 1 + excess / factor, 1 + excess * factor
    gains = np.concatenate([[0.0], np.cumsum((high - low) * values)])
    added = np.concatenate([[0.0], np.cumsum(high - low)])
    means = ((low * values).sum() + gains) / (low.sum() + added)
    return float(means.max())


def upper_bounds(delta: Estimate, own: Evaluation, factors: Floats) -> Floats:
    """Return the upper end of the interval if hidden context bends the odds so far."""
    bound = _upper_bound(delta, own)
    return np.array([bound(factor) for factor in factors])


def _upper_bound(delta: Estimate, own: Evaluation) -> Callable[[float], float]:
    """Return the upper end as a function of how far the odds are bent.

    What the models missed on the chosen arms is all that the weights can move. It is
    put in order here, which leaves nothing to sort to each call.
    """
    missed = np.zeros(len(own.sessions))
    for part in own.parts.values():
        missed += part.usd * (part.corrected(part.chosen) - part.chosen)
    used = np.flatnonzero(own.weights > 0)
    used = used[np.argsort(-missed[used], kind="stable")]
    values, weights = missed[used], np.maximum(own.weights[used], 1.0)
    plain = worst_mean(values, weights, 1.0)
    return lambda factor: delta.high + worst_mean(values, weights, factor) - plain


def robust_factor(delta: Estimate, own: Evaluation) -> float:
    """Return Lambda*: how far the odds of an arm may be bent before the gain goes.

    nan where there is no gain to begin with; at most 20.
    """
    if not delta.high < 0:
        return nan
    bound = _upper_bound(delta, own)
    low, high = 1.0, MAX_FACTOR
    if bound(high) < 0:
        return high
    for _ in range(STEPS):
        middle = (low + high) / 2
        if bound(middle) < 0:
            low = middle
        else:
            high = middle
    return low


def e_value(risk_ratio: float) -> float:
    """Return how strongly a hidden cause must act on both sides to explain a ratio.

    RR + sqrt(RR (RR - 1)) (VanderWeele & Ding 2017), for the ratio or its inverse.
    """
    if not risk_ratio > 0:
        return nan
    ratio = max(risk_ratio, 1 / risk_ratio)
    return ratio + sqrt(ratio * (ratio - 1))

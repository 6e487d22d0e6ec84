"""Statistics that decisions share; sessions, not rows, are independent."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp, nan, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

Floats = npt.NDArray[np.float64]
Labels = Sequence[Any] | npt.NDArray[Any] | pd.Series


@dataclass(frozen=True)
class Estimate:
    """A value with its standard error and interval; nan where it cannot be computed.

    ``n`` counts the rows and ``clusters`` the clusters that it is computed from.
    """

    value: float
    se: float
    low: float
    high: float
    n: int
    clusters: int


@dataclass(frozen=True)
class Comparison:
    """A value of later calls beside what it is on average where nothing changed.

    Error, interval and p-value are those of the difference.
    """

    estimate: Estimate
    expected: float
    p_value: float

    @property
    def difference(self) -> float:
        """How far the value is from what is expected."""
        return self.estimate.value - self.expected


def compared(
    later: Estimate, expected: float, earlier_se: float, freedom: tuple[float, float]
) -> Comparison:
    """Compare a value with one expected by an independent, earlier estimate.

    Welch's t (1947): the squared errors add up, and each has degrees of freedom.
    """
    squares = later.se**2, earlier_se**2
    parts = sum(one**2 / f for one, f in zip(squares, freedom, strict=True))
    degrees = sum(squares) ** 2 / parts if parts > 0 else nan
    se = sqrt(sum(squares))
    reach = float(stats.t.ppf(0.975, degrees)) * se
    low, high = later.value - reach, later.value + reach
    estimate = replace(later, se=se, low=low, high=high)
    found = p_value(replace(estimate, value=later.value - expected), degrees)
    return Comparison(estimate, expected, found)


def exponentiated(logs: Comparison) -> Comparison:
    """Return a comparison of logarithms as one of the values."""
    own = logs.estimate
    value, low, high = (exp(number) for number in (own.value, own.low, own.high))
    estimate = replace(own, value=value, se=value * own.se, low=low, high=high)
    return Comparison(estimate, exp(logs.expected), logs.p_value)


def clustered_mean(
    values: npt.ArrayLike, clusters: Labels, *, level: float = 0.95
) -> Estimate:
    """Return the mean of the finite values, with a clustered standard error."""
    array = np.asarray(values, dtype=np.float64)
    return clustered_ratio(array, np.ones_like(array), clusters, level=level)


def clustered_ratio(
    numerator: npt.ArrayLike,
    denominator: npt.ArrayLike,
    clusters: Labels,
    *,
    level: float = 0.95,
) -> Estimate:
    """Return sum(numerator) / sum(denominator) over rows where both are known.

    Linearised: row i moves the ratio R by (y_i - R x_i) / sum(x).
    """
    tops = np.asarray(numerator, dtype=np.float64)
    bottoms = np.asarray(denominator, dtype=np.float64)
    known = np.isfinite(tops) & np.isfinite(bottoms)
    tops, bottoms = tops[known], bottoms[known]
    total = bottoms.sum()
    if total == 0:
        return Estimate(nan, nan, nan, nan, int(known.sum()), 0)
    ratio = float(tops.sum() / total)
    influence = (tops - ratio * bottoms) / total
    labels = np.asarray(clusters)[known]
    return from_influence(ratio, influence, labels, level=level)


def from_influence(
    value: float,
    influence: Floats,
    clusters: Labels,
    *,
    level: float = 0.95,
    freedom: float | None = None,
) -> Estimate:
    """Return an estimate with the error that follows from each row's influence.

    ``influence`` has one number per row, in the unit of ``value``.
    se^2 = G/(G-1) sum_g (sum of the influence in cluster g)^2, with a t interval
    (Liang & Zeger 1986) of G-1 degrees of freedom, or of ``freedom``, where a few
    clusters carry most of the variance. From one cluster there is no interval.
    """
    moved, count = _summed(influence, clusters)
    if count < 2 or not np.isfinite(influence).all():
        return Estimate(value, nan, nan, nan, len(influence), count)
    se = sqrt(count / (count - 1) * float(np.square(moved).sum()))
    degrees = count - 1 if freedom is None else max(freedom, 1)
    reach = float(stats.t.ppf((1 + level) / 2, degrees)) * se
    return Estimate(value, se, value - reach, value + reach, len(influence), count)


def clustered_covariance(influence: Floats, clusters: Labels) -> tuple[Floats, int]:
    """Return the covariance of estimates from how far each row moves them, and G."""
    summed = [_summed(column, clusters) for column in influence.T]
    sums, count = np.stack([column for column, _ in summed]), summed[0][1]
    covariance: Floats = sums @ sums.T * (count / max(count - 1, 1))
    return covariance, count


def p_value(estimate: Estimate, freedom: float) -> float:
    """Return the two-sided p-value for a true value of zero; nan if se is unknown."""
    if not estimate.se > 0:
        return nan
    return float(2 * stats.t.sf(abs(estimate.value) / estimate.se, max(freedom, 1)))


def effective_clusters(weights: Floats, clusters: Labels) -> float:
    """Return Kish's effective size over clusters' weights."""
    return effective_size(_summed(weights, clusters)[0])


def effective_size(weights: Floats) -> float:
    """Return Kish's effective size, (sum w)^2 / sum w^2."""
    squares = float(np.square(weights).sum())
    return float(weights.sum()) ** 2 / squares if squares else 0.0


def _summed(values: Floats, clusters: Labels) -> tuple[Floats, int]:
    """Return the sum of each cluster, 0 for unused codes, and their number."""
    codes = np.asarray(clusters)
    is_dense = codes.dtype.kind == "i" and codes.min(initial=0) >= 0
    if not (is_dense and codes.max(initial=0) <= 2 * len(codes)):
        codes = pd.factorize(codes)[0]
    sums = np.asarray(np.bincount(codes, weights=values), dtype=np.float64)
    return sums, int(np.count_nonzero(np.bincount(codes)))


def holm(p_values: npt.ArrayLike) -> Floats:
    """Return Holm's (1979) adjusted p-values; nan stays nan."""
    p = np.asarray(p_values, dtype=np.float64)
    adjusted = np.full(len(p), nan)
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    steps = p[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted

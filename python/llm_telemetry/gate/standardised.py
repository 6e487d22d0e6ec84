"""Two versions on the slice mix of one of them; sessions, not rows, are independent."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import hypot, inf, log, nan, sqrt

import numpy as np
import numpy.typing as npt
import pandas as pd

from llm_telemetry.decisions.statistics import Floats

SLICE = ["use_case", "account_tier"]
# with fewer failures, or fewer successes, clustering cannot be estimated
MIN_EVENTS = 5


@dataclass(frozen=True)
class Side:
    """One version: every count of marts.release_slices as slices x session groups."""

    counts: Mapping[str, Floats]

    @property
    def sessions(self) -> float:
        """Return the number of sessions; one in several slices counts in each."""
        return float(self.counts["sessions"].sum())

    @property
    def interactions(self) -> float:
        """Return the number of interactions."""
        return float(self.counts["interactions"].sum())

    def only(self, kept: npt.NDArray[np.bool_]) -> "Side":
        """Return some of the slices."""
        return Side({name: table[kept] for name, table in self.counts.items()})


@dataclass(frozen=True)
class Aligned:
    """Both versions on the slices in which both have enough sessions.

    ``weights`` is the baseline's slice mix; ``covered_share`` is the share of all the
    baseline's interactions that lie in these slices.
    """

    slices: tuple[tuple[str, str], ...]
    weights: Floats
    covered_share: float
    baseline: Side
    candidate: Side

    def measured(self, column: str) -> "Aligned":
        """Return the slices in which ``column`` counts something on both sides."""
        sides = (self.baseline, self.candidate)
        kept = np.logical_and.reduce([s.counts[column].sum(axis=1) > 0 for s in sides])
        share = float(self.weights[kept].sum())
        return Aligned(
            slices=tuple(np.array(self.slices, dtype=object)[kept].tolist()),
            weights=self.weights[kept] / share if share else self.weights[kept],
            covered_share=self.covered_share * share,
            baseline=self.baseline.only(kept),
            candidate=self.candidate.only(kept),
        )

    def alone(self, position: int) -> "Aligned":
        """Return one slice by itself."""
        kept = np.arange(len(self.slices)) == position
        sides = (self.baseline.only(kept), self.candidate.only(kept))
        return Aligned((self.slices[position],), np.ones(1), 1.0, *sides)

    @property
    def clusters(self) -> int:
        """Return the number of session groups of the side that has fewer."""
        sides = (self.baseline, self.candidate)
        return min(int((s.counts["sessions"].sum(axis=0) > 0).sum()) for s in sides)


@dataclass(frozen=True)
class Rate:
    """A share, and its effective number of independent interactions."""

    value: float
    trials: float

    def interval(self, reach: float) -> tuple[float, float]:
        """Return Wilson's (1927) score interval."""
        if not self.trials > 0 or reach == inf:
            return 0.0, 1.0
        square = reach**2 / self.trials
        centre = (self.value + square / 2) / (1 + square)
        spread = self.value * (1 - self.value) + square / 4
        margin = reach * sqrt(spread / self.trials) / (1 + square)
        # rounding must not push a bound past the value itself
        return min(centre - margin, self.value), max(centre + margin, self.value)


@dataclass(frozen=True)
class Mean:
    """A mean and its standard error."""

    value: float
    se: float


def align(
    baseline: pd.DataFrame, candidate: pd.DataFrame, *, min_sessions: float
) -> Aligned:
    """Return two versions' rows of marts.release_slices on their common slices."""
    sizes = [cells.groupby(SLICE)["sessions"].sum() for cells in (baseline, candidate)]
    enough = [size.index[size >= min_sessions] for size in sizes]
    common = enough[0].intersection(enough[1]).sort_values()
    served = baseline.groupby(SLICE)["interactions"].sum()
    shared = served.reindex(common).to_numpy(dtype=np.float64)
    occurring = pd.concat([baseline["session_group"], candidate["session_group"]])
    groups = np.unique(occurring.to_numpy())
    return Aligned(
        slices=tuple(common.tolist()),
        weights=shared / shared.sum() if len(shared) else shared,
        covered_share=float(shared.sum() / served.sum()) if len(served) else 0.0,
        baseline=_side(baseline, common, groups),
        candidate=_side(candidate, common, groups),
    )


def standardised_mean(events: Floats, trials: Floats, weights: Floats) -> Mean:
    """Return sum_s w_s * mean_s over slices, from slices x session groups.

    Session group g moves it by sum_s w_s / n_s * (y_sg - mean_s n_sg); the sum of the
    squares of these is the variance. With m_s groups in a slice the residuals have
    (m_s - 1) / m_s of their variance, which is corrected. With one slice this is the
    clustered variance G/(G-1) sum_g (...)^2.
    """
    totals = trials.sum(axis=1)
    if not len(totals) or (totals == 0).any():
        return Mean(nan, nan)
    means = events.sum(axis=1) / totals
    groups = (trials > 0).sum(axis=1)
    if (groups < 2).any():
        return Mean(float(weights @ means), nan)
    residuals = events - means[:, None] * trials
    scale = weights / totals * np.sqrt(groups / (groups - 1))
    moved = scale @ residuals
    return Mean(float(weights @ means), sqrt(float(np.square(moved).sum())))


def standardised_rate(
    events: Floats, trials: Floats, weights: Floats, *, sessions: float
) -> Rate:
    """Return a standardised share with its effective number of trials.

    p (1 - p) / variance, clustered but never below that of independent interactions;
    with fewer than MIN_EVENTS events, every session counts as one trial.
    """
    mean = standardised_mean(events, trials, weights)
    if np.isnan(mean.value):
        return Rate(nan, 0.0)
    totals = trials.sum(axis=1)
    happened = float(events.sum())
    if min(happened, float(totals.sum()) - happened) < MIN_EVENTS or np.isnan(mean.se):
        kish = 1 / float((np.square(weights) / totals).sum())
        return Rate(mean.value, kish * min(1.0, sessions / float(totals.sum())))
    shares = events.sum(axis=1) / totals
    independent = float((np.square(weights) * shares * (1 - shares) / totals).sum())
    variance = max(mean.se**2, independent)
    return Rate(mean.value, mean.value * (1 - mean.value) / variance)


def difference_bounds(
    baseline: tuple[float, float, float], candidate: tuple[float, float, float]
) -> tuple[float, float]:
    """Return bounds of candidate - baseline from (value, low, high) of both.

    The method of variance estimates recovery (Zou & Donner 2008) for independent
    sides. Sessions seen on both sides usually correlate positively, which makes
    these bounds wider than necessary.
    """
    value0, low0, high0 = baseline
    value1, low1, high1 = candidate
    middle = value1 - value0
    return (
        middle - hypot(value1 - low1, high0 - value0),
        middle + hypot(high1 - value1, value0 - low0),
    )


def relative_bounds(
    baseline: Mean, candidate: Mean, reach: float
) -> tuple[float, float]:
    """Return bounds of candidate / baseline - 1, by the delta method on its log."""
    if not (baseline.value > 0 and candidate.value > 0) or reach == inf:
        return -inf, inf
    se = hypot(baseline.se / baseline.value, candidate.se / candidate.value)
    if np.isnan(se):
        return -inf, inf
    middle = log(candidate.value / baseline.value)
    low, high = np.expm1([middle - reach * se, min(middle + reach * se, 700.0)])
    return float(low), float(high)


def _side(cells: pd.DataFrame, common: pd.Index, groups: npt.NDArray[np.int64]) -> Side:
    counts = cells.select_dtypes("number").columns.drop("session_group")
    kept = cells.set_index(SLICE).loc[lambda rows: rows.index.isin(common)]
    row = common.get_indexer(kept.index)
    column = np.searchsorted(groups, kept["session_group"])
    tables = {}
    for name in counts:
        table = np.zeros((len(common), len(groups)))
        np.add.at(table, (row, column), kept[name].to_numpy(dtype=np.float64))
        tables[name] = table
    return Side(tables)

"""The 95th percentile of latency on another slice mix, by Woodruff's ranks."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, nan, sqrt

import numpy as np
import pandas as pd

from llm_telemetry.decisions.statistics import Floats
from llm_telemetry.gate.standardised import SLICE, Rate

P95 = 0.95


@dataclass(frozen=True)
class Distribution:
    """A weighted distribution of latency in bins, with missing values at either end.

    ``shares`` adds up to 1 - fast - slow: those are the shares of unknown latencies
    that are treated as faster, or slower, than every known one.
    """

    edges_from: Floats
    edges_to: Floats
    shares: Floats
    fast: float
    slow: float
    trials: float

    def quantile(self, rank: float) -> float:
        """Return the latency below which ``rank`` of all interactions lie, ms."""
        reached = self.fast + np.cumsum(self.shares)
        if not len(reached) or rank > reached[-1] + 1e-12:
            return inf
        if rank <= self.fast:
            return 0.0
        place = min(int(np.searchsorted(reached, rank - 1e-12)), len(reached) - 1)
        within = 1 - (reached[place] - rank) / self.shares[place]
        low, high = self.edges_from[place], self.edges_to[place]
        return float(low + (high - low) * within)

    def p95(self, reach: float) -> tuple[float, float, float]:
        """Return value, low and high: an interval of the rank is one of the quantile.

        Woodruff (1952): the ranks .95 -+ reach * sqrt(.95 * .05 / trials) of the same
        distribution; trials is the effective number of interactions, given sessions.
        """
        if not self.trials > 0 or reach == inf:
            return self.quantile(P95), 0.0, inf
        margin = reach * sqrt(P95 * (1 - P95) / self.trials)
        low, high = max(P95 - margin, 0.0), P95 + margin
        # beyond the largest value there is no upper bound
        beyond = inf if high >= 1 else self.quantile(high)
        return self.quantile(P95), self.quantile(low), beyond


def distribution(
    bins: pd.DataFrame,
    slices: Sequence[tuple[str, str]],
    weights: Floats,
    *,
    interactions: Floats,
    tail: Rate,
    missing: str,
) -> Distribution:
    """Return the latencies of marts.release_latencies on a slice mix.

    ``interactions`` counts each slice's, known or not; ``tail`` is the share of slow
    ones, which gives the effective number of trials; ``missing`` is left_out, good
    (unknown latencies are fast) or bad (they are slow).
    """
    index = pd.MultiIndex.from_tuples(slices, names=SLICE)
    place = index.get_indexer(pd.MultiIndex.from_frame(bins[SLICE]))
    kept = bins[place >= 0]
    place = place[place >= 0]
    counts = kept["interactions"].to_numpy(dtype=np.float64)
    known = np.bincount(place, weights=counts, minlength=len(slices))
    totals = known if missing == "left_out" else interactions
    if not len(slices) or (totals == 0).any():
        empty = np.zeros(0)
        return Distribution(empty, empty, empty, nan, nan, 0.0)
    unknown = float(weights @ (1 - known / totals))
    spread = kept.assign(share=counts * (weights / totals)[place])
    summed = spread.groupby(["latency_from_ms", "latency_to_ms"], as_index=False)
    table = summed["share"].sum()
    return Distribution(
        edges_from=table["latency_from_ms"].to_numpy(),
        edges_to=table["latency_to_ms"].to_numpy(),
        shares=table["share"].to_numpy(),
        fast=unknown if missing == "good" else 0.0,
        slow=unknown if missing == "bad" else 0.0,
        trials=tail.trials,
    )

"""Which calls a person reviews, and what that costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]

CURVE_THRESHOLDS = [step / 100 for step in range(1, 96)]
CURVE_COLUMNS = [
    "policy",
    "expected_cost",
    "reviewed_rows",
    "review_share",
    "mean_reviews_per_day",
    "p90_reviews_per_day",
    "tn",
    "fp",
    "fn",
    "tp",
    "precision",
    "recall",
    "threshold",
    "feasible",
]
# 49 * (1 / 49) is a little less than 1
ROUNDING = 1e-9


@dataclass(frozen=True)
class Economics:
    """What a review costs and saves, USD, and how many reviews per day are possible."""

    review_cost: float
    fn_cost: float
    repair_share: float
    capacity_per_day: float
    capacity_p90_guard: float
    # share of the reviews that are drawn at random from all calls
    audit_share: float = 0.0

    @classmethod
    def from_knobs(cls, knobs: Mapping[str, float]) -> "Economics":
        """Read the economics from the knobs."""
        return cls(
            review_cost=float(knobs["review_cost"]),
            fn_cost=float(knobs["triage_fn_cost_usd"]),
            repair_share=float(knobs["review_repair_share"]),
            capacity_per_day=float(knobs["capacity_per_day"]),
            capacity_p90_guard=float(knobs["capacity_p90_guard"]),
            audit_share=float(np.clip(knobs["triage_audit_share"], 0.0, 1.0)),
        )

    @property
    def saving_per_failure(self) -> float:
        """USD that the review of one failure saves."""
        return self.repair_share * self.fn_cost

    @property
    def threshold(self) -> float:
        """Probability from which a review pays: t* = c_r / (eta c_fn)."""
        if self.saving_per_failure <= 0:
            return float("inf")
        return self.review_cost / self.saving_per_failure

    def can_review(self, mean: float, p90: float) -> bool:
        """Say whether the reviews per day are within the reviewers' capacity."""
        return (
            mean <= self.capacity_per_day + ROUNDING
            and p90 <= self.capacity_p90_guard + ROUNDING
        )

    def shadow_price(self, threshold: float) -> float:
        """Return the lambda, USD a review, at which (c_r + lambda) / (eta c_fn) = t."""
        return threshold * self.saving_per_failure - self.review_cost

    def costs(self, reviewed: Booleans | Floats, failed: Floats) -> Floats:
        """Return the cost of each call, USD: c_r review + c_fn (1 - eta review) F."""
        missed = 1 - self.repair_share * reviewed
        costs: Floats = self.review_cost * reviewed + self.fn_cost * missed * failed
        return costs


@dataclass(frozen=True)
class Traffic:
    """Each call's business day (0, 1, ...) and how many real calls one stands for."""

    days: Integers
    scale: float

    @cached_property
    def calls(self) -> Integers:
        """Calls of each day."""
        return np.bincount(self.days)

    def load(self, reviewed: Booleans, audit_share: float = 0.0) -> tuple[float, float]:
        """Return mean and 90th percentile of the reviews per day, at full traffic.

        With m reviews among n calls of a day, share x m audits are drawn from all n,
        of which (1 - m / n) are of calls that are not reviewed anyway.
        """
        if not len(self.days):
            return 0.0, 0.0
        counts = np.bincount(self.days[reviewed], minlength=len(self.calls))
        audits = audit_share * counts * (1 - counts / self.calls)
        daily = (counts + audits) * self.scale
        return float(daily.mean()), float(np.quantile(daily, 0.9))

    def capacity(self, economics: Economics) -> int:
        """Return how many of these calls can be reviewed on one day."""
        return int(economics.capacity_per_day / self.scale + ROUNDING)

    def is_within_capacity(self, reviewed: Booleans, economics: Economics) -> bool:
        """Say whether the reviews, audits included, are within capacity."""
        return economics.can_review(*self.load(reviewed, economics.audit_share))


def stream_threshold(
    probabilities: Floats,
    traffic: Traffic,
    economics: Economics,
    *,
    scores: Floats | None = None,
) -> float | None:
    """Return the smallest threshold from t* up whose load is within capacity.

    Uses only the distribution of scores, no outcomes. None where even the calls with
    the highest score are too many. ``scores`` are the sorted distinct probabilities,
    if the caller has them.
    """
    distinct = np.unique(probabilities) if scores is None else scores
    above = distinct[np.searchsorted(distinct, economics.threshold) :]
    candidates = np.concatenate([[economics.threshold], above])
    low, high = 0, len(candidates)
    # the load falls as the threshold rises
    while low < high:
        middle = (low + high) // 2
        if traffic.is_within_capacity(probabilities >= candidates[middle], economics):
            high = middle
        else:
            low = middle + 1
    return float(candidates[low]) if low < len(candidates) else None


def day_ranks(probabilities: Floats, traffic: Traffic) -> Integers:
    """Return each call's place in its day, 0 for the likeliest failure.

    The rows come in the order of interaction_id, which settles ties.
    """
    order = np.lexsort((-probabilities, traffic.days))
    ordered_days = traffic.days[order]
    starts = np.searchsorted(ordered_days, ordered_days, side="left")
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.arange(len(order)) - starts
    return ranks


def batch_topk(
    probabilities: Floats,
    traffic: Traffic,
    economics: Economics,
    *,
    ranks: Integers | None = None,
) -> Booleans:
    """Mark, for each day, the top min(capacity, #{p >= t*}) calls.

    In a window that holds a sample of the traffic, the day's capacity is scaled down
    with it. `ranks` are those of day_ranks, where they are known.
    """
    places = day_ranks(probabilities, traffic) if ranks is None else ranks
    capacity = traffic.capacity(economics)
    marked: Booleans = (places < capacity) & (probabilities >= economics.threshold)
    return marked


def policy_row(
    policy: str,
    reviewed: Booleans,
    failed: Floats,
    traffic: Traffic,
    economics: Economics,
) -> dict[str, Any]:
    """Return cost, load and confusion counts of one policy.

    `failed` is NaN where the outcome is unknown. Such a call is in the load but in no
    other number, so that cost = c_r * reviewed_rows + c_fn * (fn + (1 - eta) * tp).
    """
    known = ~np.isnan(failed)
    tp = int((reviewed & (failed == 1)).sum())
    fp = int((reviewed & (failed == 0)).sum())
    fn = int((~reviewed & (failed == 1)).sum())
    mean, p90 = traffic.load(reviewed, economics.audit_share)
    missed = fn + (1 - economics.repair_share) * tp
    return {
        "policy": policy,
        "expected_cost": economics.review_cost * (tp + fp) + economics.fn_cost * missed,
        "reviewed_rows": tp + fp,
        "review_share": (tp + fp) / max(int(known.sum()), 1),
        "mean_reviews_per_day": mean,
        "p90_reviews_per_day": p90,
        "tn": int(known.sum()) - tp - fp - fn,
        "fp": fp,
        "fn": fn,
        "tp": tp,
        "precision": tp / max(tp + fp, 1),
        "recall": tp / max(tp + fn, 1),
    }


def threshold_curve(
    probabilities: Floats, failed: Floats, traffic: Traffic, economics: Economics
) -> pd.DataFrame:
    """Return one row per threshold, .01 to .95; for reading, never for choosing."""
    rows = []
    for threshold in CURVE_THRESHOLDS:
        reviewed = probabilities >= threshold
        row = policy_row(
            f"threshold_{threshold:.2f}", reviewed, failed, traffic, economics
        )
        feasible = economics.can_review(
            row["mean_reviews_per_day"], row["p90_reviews_per_day"]
        )
        rows.append({**row, "threshold": threshold, "feasible": feasible})
    return pd.DataFrame(rows, columns=CURVE_COLUMNS)

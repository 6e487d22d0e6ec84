"""What a review policy is worth on outcomes it was not learned from; the verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf
from typing import Any

import numpy as np
import numpy.typing as npt

from llm_telemetry.decisions.statistics import Estimate, clustered_mean
from llm_telemetry.triage.audit import ReviewPlan
from llm_telemetry.triage.calibration import CalibrationReport, failure_rate_ceiling
from llm_telemetry.triage.claimed_saving import Saving, allowance
from llm_telemetry.triage.review_policy import (
    Economics,
    Traffic,
    batch_topk,
    day_ranks,
    policy_row,
)

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]

COST_DIFFERENCE = "cost_minus_best_trivial_usd"
MEASURED_DIFFERENCE = "cost_minus_best_trivial_uncorrected_usd"
ORDER_DIFFERENCE = "batch_topk_minus_random_order_usd"
# with fewer, the normal interval of a cost difference does not cover missed failures
MIN_SKIPPED_FAILURES = 5
SHIPPED_AS = {"stream_threshold": "threshold", "batch_topk": "topk"}


@dataclass(frozen=True)
class Scored:
    """Calls in the order of interaction_id; `failed` is NaN where unknown."""

    probabilities: Floats
    failed: Floats
    sessions: Integers
    traffic: Traffic

    @cached_property
    def ranks(self) -> Integers:
        """Return each call's rank by probability in its day."""
        return day_ranks(self.probabilities, self.traffic)

    @cached_property
    def known(self) -> Booleans:
        """Mark the calls whose outcome is known."""
        known: Booleans = ~np.isnan(self.failed)
        return known

    def with_known_outcome(self) -> tuple[Floats, Floats, Integers]:
        """Return probabilities, outcomes and sessions where the outcome is known."""
        known = self.known
        return self.probabilities[known], self.failed[known], self.sessions[known]


@dataclass(frozen=True)
class ReviewValue:
    """The verdict, the calls that it reviews, and the evidence."""

    verdict: str
    reasons: tuple[str, ...]
    plan: ReviewPlan
    policies: list[dict[str, Any]]
    estimates: dict[str, Estimate]
    measures: dict[str, Any]


def review_value(
    scored: Scored,
    economics: Economics,
    threshold: float | None,
    report: CalibrationReport,
    *,
    is_overlapping: bool = False,
) -> ReviewValue:
    """Compare the review policies with reviewing everything and nothing.

    `threshold` is what stream_threshold returned on an earlier window. If windows
    overlap, a verdict other than the trivial ones is refused.
    """
    marks = review_marks(scored, economics, threshold)
    policies = _policies(marks, scored, economics)
    fits = policies["stream_threshold"]["feasible"]
    is_bound = threshold != economics.threshold or not fits
    policy = "batch_topk" if is_bound else "stream_threshold"
    trivial = _best_trivial(policies)
    plan = _plan(policy, marks, scored, economics)
    saving = _saving(scored, economics, plan, policies)
    order = _order_difference(scored, economics, marks["batch_topk"])
    skipped = _skipped(scored, marks[policy], economics, report.design_effect)
    codes = {
        **_limit_codes(policies, scored, economics, is_bound=is_bound),
        f"no_better_than_{trivial}": not saving.passes,
        "skip_set_not_certified": trivial == "review_all" and skipped["is_unproven"],
        "order_no_better_than_random": is_bound and not order.high < 0,
        **_trust_codes(report, is_overlapping),
    }
    reasons = tuple(code for code, is_so in codes.items() if is_so)
    verdict = _verdict(reasons, policy, trivial)
    return ReviewValue(
        verdict=verdict,
        reasons=reasons,
        plan=_shipped(plan, verdict),
        policies=list(policies.values()),
        estimates={**_differences(saving), ORDER_DIFFERENCE: order},
        measures={"policy": policy, "best_trivial": trivial, **skipped},
    )


def _verdict(reasons: tuple[str, ...], policy: str, trivial: str) -> str:
    """Return the verdict; the trivial policies do not depend on the probabilities."""
    if "capacity_infeasible" in reasons:
        return "refuse"
    if {f"no_better_than_{trivial}", "skip_set_not_certified"} & set(reasons):
        return trivial
    if {"miscalibrated", "windows_overlap_in_time"} & set(reasons):
        return "refuse"
    return SHIPPED_AS[policy]


def review_marks(
    scored: Scored, economics: Economics, threshold: float | None
) -> dict[str, Booleans]:
    """Return the calls that each policy would have had reviewed."""
    nothing = np.zeros(len(scored.failed), dtype=bool)
    above = nothing if threshold is None else scored.probabilities >= threshold
    return {
        "stream_threshold": above,
        "batch_topk": batch_topk(
            scored.probabilities, scored.traffic, economics, ranks=scored.ranks
        ),
        "review_all": ~nothing,
        "review_none": nothing,
    }


def _limit_codes(
    policies: Mapping[str, Mapping[str, Any]],
    scored: Scored,
    economics: Economics,
    *,
    is_bound: bool,
) -> dict[str, bool]:
    return {
        "capacity_binds": is_bound,
        "capacity_infeasible": is_bound and scored.traffic.capacity(economics) < 1,
        "review_all_exceeds_capacity": not policies["review_all"]["feasible"],
        "review_never_pays": economics.threshold >= 1,
    }


def _trust_codes(report: CalibrationReport, is_overlapping: bool) -> dict[str, bool]:
    return {
        "miscalibrated": report.is_miscalibrated,
        "calibration_not_evaluable": not report.is_evaluable,
        "windows_overlap_in_time": is_overlapping,
    }


def _policies(
    marks: Mapping[str, Booleans], scored: Scored, economics: Economics
) -> dict[str, dict[str, Any]]:
    # in the top of a day, audits replace other reviews
    unaudited = replace(economics, audit_share=0.0)
    charged = dict.fromkeys(marks, unaudited) | {"stream_threshold": economics}
    return {
        name: {
            **policy_row(name, marked, scored.failed, scored.traffic, charged[name]),
            "feasible": scored.traffic.is_within_capacity(marked, charged[name]),
        }
        for name, marked in marks.items()
    }


def _best_trivial(policies: Mapping[str, Mapping[str, Any]]) -> str:
    review_all, review_none = policies["review_all"], policies["review_none"]
    is_worth_it = review_all["expected_cost"] < review_none["expected_cost"]
    return "review_all" if review_all["feasible"] and is_worth_it else "review_none"


def _plan(
    policy: str, marks: Mapping[str, Booleans], scored: Scored, economics: Economics
) -> ReviewPlan:
    is_limited = policy == "batch_topk"
    wanted = (
        scored.probabilities >= economics.threshold
        if is_limited
        else marks["stream_threshold"]
    )
    days = scored.traffic.days
    return ReviewPlan(
        ranks=scored.ranks,
        days=days,
        wanted=np.bincount(days[wanted], minlength=len(scored.traffic.calls)),
        limit=scored.traffic.capacity(economics) if is_limited else inf,
        share=economics.audit_share,
    )


def _shipped(plan: ReviewPlan, verdict: str) -> ReviewPlan:
    """Return the plan, or that of reviewing all or nothing, which has no audits."""
    if verdict in SHIPPED_AS.values():
        return plan
    limit = inf if verdict == "review_all" else 0.0
    calls = np.bincount(plan.days, minlength=len(plan.wanted))
    return replace(plan, wanted=calls, limit=limit, share=0.0)


def _saving(
    scored: Scored,
    economics: Economics,
    plan: ReviewPlan,
    policies: Mapping[str, Mapping[str, Any]],
) -> Saving:
    """Return what the plan saves against the trivial policy that costs less."""
    reviewed = plan.probabilities()
    trivial_share = float(_best_trivial(policies) == "review_all")
    cost, other = (
        economics.costs(np.full(len(reviewed), share), scored.failed)
        for share in (trivial_share, 1 - trivial_share)
    )
    saved, margin = economics.costs(reviewed, scored.failed) - cost, other - cost
    difference, excess, both = (
        clustered_mean(values, scored.sessions)
        for values in (saved, margin, saved + margin)
    )
    is_choice = policies["review_all"]["feasible"]
    rate = _variance_per_failure_usd(
        scored, economics, np.abs(reviewed - trivial_share), difference
    )
    return Saving(
        difference,
        slope=rate if trivial_share else -rate,
        allowance=allowance(difference, excess, both) if is_choice else 0.0,
    )


def _differences(saving: Saving) -> dict[str, Estimate]:
    """Return the cost difference to claim and, as evidence, the measured one."""
    return {COST_DIFFERENCE: saving.claim(), MEASURED_DIFFERENCE: saving.difference}


def _variance_per_failure_usd(
    scored: Scored, economics: Economics, changed: Floats, difference: Estimate
) -> float:
    """Return the error variance that each USD of failures adds to the difference.

    The part that the cost of reviews has by itself is the same whatever fails.
    """
    known = np.where(scored.known, changed, np.nan)
    reviews = clustered_mean(economics.review_cost * known, scored.sessions)
    failures = economics.saving_per_failure * float(np.nanmean(known * scored.failed))
    if failures > 0:
        return max(difference.se**2 - reviews.se**2, 0.0) / failures
    return economics.saving_per_failure / max(difference.n, 1)


def _order_difference(
    scored: Scored, economics: Economics, reviewed: Booleans
) -> Estimate:
    """Compare with the same number of reviews per day of calls drawn at random."""
    days = scored.traffic.days
    shares = np.bincount(days, reviewed) / scored.traffic.calls
    costs = economics.costs(reviewed, scored.failed)
    saved = costs - economics.costs(shares[days], scored.failed)
    return clustered_mean(saved, scored.sessions)


def _skipped(
    scored: Scored, reviewed: Booleans, economics: Economics, design_effect: float
) -> dict[str, Any]:
    """Bound the failure rate among the calls that are not reviewed by score."""
    outcomes = scored.failed[~reviewed & scored.known]
    failures = int(outcomes.sum())
    ceiling = failure_rate_ceiling(failures, len(outcomes), design_effect=design_effect)
    is_certified = ceiling <= economics.threshold
    return {
        "skipped_rows": len(outcomes),
        "skipped_failures": failures,
        "skipped_failure_rate_ceiling": ceiling,
        "is_certified": is_certified,
        "is_unproven": len(outcomes) > 0
        and failures < MIN_SKIPPED_FAILURES
        and not is_certified,
    }

"""Which model each use case should be routed to, and whether that would pay."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from llm_telemetry.inference import Estimate
from llm_telemetry.routing_backtest import BACKTEST_COLUMNS, name_estimates, tabulate
from llm_telemetry.routing_use_cases import (
    FALLBACK,
    REFERENCE_COLUMNS,
    describe_picks,
    judge_use_cases,
)
from llm_telemetry.routing_value import (
    Contrast,
    logged,
    naive,
    post_stratified,
    prepare_rows,
)

FAMILY_ERROR_RATE = 0.05  # of calling any use case worse that is not


@dataclass(frozen=True)
class RoutingDecision:
    """The policy, what it is worth on the evaluation window, and what to do."""

    policy: pd.DataFrame
    backtest: pd.DataFrame
    verdict: str  # improves | worsens | inconclusive | refuse
    recommendation: str  # canary | keep_baseline
    reasons: tuple[str, ...]
    estimates: dict[str, Estimate] = field(default_factory=dict)


def decide(
    reference_policy: pd.DataFrame,
    routing_candidates: pd.DataFrame,
    routing_evaluation_rows: pd.DataFrame,
    windows: pd.DataFrame,
    knobs: Mapping[str, float],
) -> RoutingDecision:
    """Judge the policy picked on history by the evaluation window alone.

    What is recommended is the policy without its unconstrained and its thinly
    evaluated rows; those use cases keep the baseline. Post-stratification decides,
    and the reference's naive estimate must agree.
    """
    policy = describe_picks(reference_policy, routing_candidates)
    if policy.empty or routing_evaluation_rows.empty:
        code = "no_candidates" if policy.empty else "evaluation_window_empty"
        return _refuse(policy, code)
    rows = prepare_rows(routing_evaluation_rows, policy)
    policy = judge_use_cases(policy, rows, knobs)
    contrasts = _contrast(policy, rows, knobs)
    verdict, codes = _weigh(policy, contrasts, knobs)
    reasons = (*codes, *_notes(policy, rows, windows, knobs))
    return RoutingDecision(
        policy=_recommend(policy, verdict),
        backtest=tabulate(contrasts, rows),
        verdict=verdict,
        recommendation=_recommendation(verdict),
        reasons=reasons,
        estimates=name_estimates(contrasts),
    )


def _contrast(
    policy: pd.DataFrame, rows: pd.DataFrame, knobs: Mapping[str, float]
) -> dict[tuple[str, str], Contrast]:
    """Return every estimate, by policy and estimator."""
    shippable = policy.loc[policy["reasons"] == "", "use_case"]
    policies = {
        "reference": rows[rows["is_routed"]],
        "shippable": rows[rows["use_case"].isin(shippable)],
    }
    contrasts = {("baseline", "logged"): logged(rows, knobs)}
    for name, own in policies.items():
        for contrast in (
            naive(own, knobs),
            post_stratified(own, knobs),
        ):
            contrasts[name, contrast.estimator] = contrast
    return contrasts


def _weigh(
    policy: pd.DataFrame,
    contrasts: Mapping[tuple[str, str], Contrast],
    knobs: Mapping[str, float],
) -> tuple[str, list[str]]:
    """Return the verdict on the policy that could be shipped, and its reason codes."""
    decisive = contrasts["shippable", "post_stratified"]
    if not policy["evaluation_rows_on_arm"].any():
        return "refuse", ["no_covered_use_case"]
    if (policy["policy_mode"] == FALLBACK).all():
        return "refuse", ["no_arm_meets_constraints"]
    if decisive.effective_sessions < knobs["routing_min_ess"]:
        return "refuse", ["too_few_sessions"]
    delta = decisive.unit_cost_delta
    if delta.low > 0:
        return "worsens", ["interval_above_zero"]
    if not delta.high < 0:
        return "inconclusive", ["interval_holds_zero"]
    if not contrasts["shippable", "naive_matched_rows"].unit_cost_delta.high < 0:
        return "inconclusive", ["estimators_disagree"]
    return "improves", ["interval_below_zero"]


def _notes(
    policy: pd.DataFrame,
    rows: pd.DataFrame,
    windows: pd.DataFrame,
    knobs: Mapping[str, float],
) -> list[str]:
    """Return what limits the decision without deciding it."""
    notes = []
    if not windows.empty:
        is_evaluation = windows["window_name"] == "evaluation"
        overlap = windows.loc[is_evaluation, "overlap_rate"].max()
        if overlap > knobs["max_window_overlap_rate"]:
            notes.append("windows_overlap_in_time")
    if not rows["is_routed"].all():
        notes.append("use_case_without_candidates")
    faults = {code for codes in policy["reasons"] for code in codes.split(";") if code}
    return notes + [f"use_case_{code}" for code in sorted(faults)]


def _recommendation(verdict: str) -> str:
    # a roll-out is earned on randomised traffic only, never on a log
    return "canary" if verdict == "improves" else "keep_baseline"


def _recommend(policy: pd.DataFrame, verdict: str) -> pd.DataFrame:
    """Say for each use case what to do, the reference's columns first."""
    is_shippable = policy["reasons"] == ""
    # a policy may pay as a whole and still take the wrong arm somewhere
    worsens = (policy["p_value_holm"] < FAMILY_ERROR_RATE) & (
        policy["unit_cost_delta"] > 0
    )
    is_sent = is_shippable & ~worsens
    described = policy.assign(
        recommendation=is_sent.map(
            {True: _recommendation(verdict), False: "keep_baseline"}
        ),
        reasons=policy["reasons"]
        .where(~is_shippable, f"policy_{verdict}")
        .where(~(is_shippable & worsens), "use_case_worsens"),
    )
    ours = [name for name in described.columns if name not in REFERENCE_COLUMNS]
    last = ["recommendation", "reasons"]
    return described[
        [*REFERENCE_COLUMNS, *last, *[name for name in ours if name not in last]]
    ]


def _refuse(policy: pd.DataFrame, code: str) -> RoutingDecision:
    return RoutingDecision(
        policy=policy.assign(recommendation="keep_baseline", reasons=code),
        backtest=pd.DataFrame(columns=BACKTEST_COLUMNS),
        verdict="refuse",
        recommendation="keep_baseline",
        reasons=(code,),
    )

"""Which model each use case should be routed to, and whether that would pay."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd
from threadpoolctl import threadpool_limits

from llm_telemetry.decisions.statistics import Estimate
from llm_telemetry.decisions.types import Basis
from llm_telemetry.routing import evaluation, learning
from llm_telemetry.routing.checks import limits
from llm_telemetry.routing.estimation.prepared import Calls, Marts
from llm_telemetry.routing.estimation.value import Contrast
from llm_telemetry.routing.evaluation import Window
from llm_telemetry.routing.output import evidence, policy_table
from llm_telemetry.routing.output.backtest import (
    BACKTEST_COLUMNS,
    name_estimates,
    tabulate,
)
from llm_telemetry.routing.output.payload import Payload, payload
from llm_telemetry.routing.output.policy_table import (
    KEYS,
    LEARNED_NAMES,
    POLICY_COLUMNS,
)
from llm_telemetry.routing.verdicts import RECOMMENDATIONS, Finding, reach_verdict

__all__ = ["Marts", "RoutingDecision", "decide"]


@dataclass(frozen=True)
class RoutingDecision:
    """The policy, what it is worth on the evaluation window, and what to do.

    ``policies`` holds what was compared, an arm per use case: reference (its pick),
    unconstrained (the cheapest arms), learned (of those within limits) and shippable
    (of those the evaluation window can judge), which decides.
    """

    verdict: str  # refuse | keep_baseline | inconclusive | shadow | canary | roll_out
    recommendation: str
    reasons: tuple[str, ...]
    policy: pd.DataFrame
    backtest: pd.DataFrame
    payload: Payload
    basis: Basis = field(default_factory=Basis)
    estimates: dict[str, Estimate] = field(default_factory=dict)
    policies: dict[str, pd.DataFrame] = field(default_factory=dict)


def decide(
    marts: Marts,
    knobs: Mapping[str, float],
    *,
    earlier: Mapping[str, Any] | None = None,
    expired_by: str | None = None,
) -> RoutingDecision:
    """Learn a policy from history and judge it, once, by the evaluation window.

    ``earlier`` holds digest and rollback_to of the policy this one replaces. Where
    ``expired_by`` names what ended it, the estimates are kept and nothing is routed.
    """
    if code := _obstacle(marts):
        return _refusal(marts, code, earlier)
    # several threads would add up in another order each time
    with threadpool_limits(limits=1):
        return _decide(marts, knobs, earlier, expired_by)


def _obstacle(marts: Marts) -> str | None:
    known = marts.contexts["decision_window"].unique() if len(marts.contexts) else ()
    windows = set(known)
    if marts.candidates.empty or not marts.candidates["has_enough_interactions"].any():
        return "no_candidates"
    if "history" not in windows:
        return "history_window_empty"
    return None if "evaluation" in windows else "evaluation_window_empty"


def _refusal(
    marts: Marts, code: str, earlier: Mapping[str, Any] | None
) -> RoutingDecision:
    policy = pd.DataFrame(columns=POLICY_COLUMNS)
    if len(marts.candidates):
        nothing = pd.DataFrame(columns=[*KEYS, "policy_mode", *LEARNED_NAMES])
        table = policy_table.describe(nothing, marts).assign(reasons=code)
        policy = policy_table.recommend(table, "keep_baseline", 0.0, ())
    shipped = payload("refuse", policy, marts.constraints, earlier)
    return RoutingDecision(
        verdict="refuse",
        recommendation="keep_baseline",
        reasons=(code,),
        policy=_add_digests(policy, shipped),
        backtest=pd.DataFrame(columns=BACKTEST_COLUMNS),
        payload=shipped,
    )


def _add_digests(policy: pd.DataFrame, shipped: Payload) -> pd.DataFrame:
    """Add to every row the digest of its policy, and of the one to roll back to."""
    return policy.assign(policy_digest=shipped.digest, rollback_to=shipped.rollback_to)


def _decide(
    marts: Marts,
    knobs: Mapping[str, float],
    earlier: Mapping[str, Any] | None,
    expired_by: str | None,
) -> RoutingDecision:
    calls = Calls.of(marts, knobs)
    cells, temperature = learning.learn(calls, marts, knobs)
    within = limits.feasible(cells, marts.constraints)
    policies = {
        "reference": marts.reference_policy[KEYS],
        "unconstrained": learning.pick(cells, marts.candidates),
        "learned": learning.pick(within, marts.candidates),
    }
    window = evaluation.prepare_window(calls, temperature, knobs)
    table = policy_table.with_verdicts_of_rows(
        policy_table.describe(policies["learned"], marts),
        evaluation.by_use_case(window, policies["learned"]),
        policies["unconstrained"],
        knobs,
    )
    finding = reach_verdict(table, window, knobs)
    if expired_by:
        codes = (f"expired_by_{expired_by}", *finding.reasons)
        finding = replace(finding, verdict="refuse", reasons=codes, sent=())
    policies["shippable"] = finding.policy
    contrasts = _contrasts(window, policies, finding)
    described = _describe(marts, table, finding, window, contrasts, earlier)
    own = {name: policy[KEYS] for name, policy in policies.items()}
    return replace(described, policies=own)


def _contrasts(
    window: Window, policies: Mapping[str, pd.DataFrame], finding: Finding
) -> dict[tuple[str, str], Contrast]:
    """Return every estimate, by policy and estimator; ``shippable`` decides."""
    found = {("baseline", "logged"): evaluation.logged(window)}
    for name, policy in policies.items():
        if not window.is_routed(policy).any():
            continue
        own = finding.found if _is_same(policy, finding.policy) else None
        estimates = own or evaluation.estimates(window, policy)
        for estimator, contrast in estimates.items():
            found[name, estimator] = contrast
    return found


def _is_same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    """Say whether two policies send every use case to the same arm."""
    arms, others = (table[KEYS].reset_index(drop=True) for table in (one, other))
    return arms.equals(others)


def _describe(
    marts: Marts,
    table: pd.DataFrame,
    finding: Finding,
    window: Window,
    contrasts: Mapping[tuple[str, str], Contrast],
    earlier: Mapping[str, Any] | None,
) -> RoutingDecision:
    recommendation = RECOMMENDATIONS[finding.verdict]
    shares = {"canary": window.knobs["routing_canary_share"], "roll_out": 1.0}
    share = shares.get(recommendation, 0.0)
    policy = policy_table.recommend(table, recommendation, share, finding.sent)
    shipped = payload(finding.verdict, policy, marts.constraints, earlier)
    return RoutingDecision(
        verdict=finding.verdict,
        recommendation=recommendation,
        reasons=tuple(dict.fromkeys((*finding.reasons, *_notes(table, window, marts)))),
        policy=_add_digests(policy, shipped),
        backtest=tabulate(contrasts, window.rows),
        payload=shipped,
        basis=evidence.describe(finding, window, marts.constraints, shipped),
        estimates=name_estimates(contrasts) | evaluation.limit_costs(window, table),
    )


def _notes(table: pd.DataFrame, window: Window, marts: Marts) -> list[str]:
    """Return what limits the decision without deciding it."""
    notes = []
    if not marts.windows.empty:
        is_evaluation = marts.windows["window_name"] == "evaluation"
        overlap = marts.windows.loc[is_evaluation, "overlap_rate"].max()
        if overlap > window.knobs["max_window_overlap_rate"]:
            notes.append("windows_overlap_in_time")
    if not window.rows["use_case"].isin(table["use_case"]).all():
        notes.append("use_case_without_candidates")
    if window.calls.size_unit is None and not window.is_randomised:
        notes.append("prompt_length_unknown")
    faults = sorted(set(table["reasons"]) - {""})
    return notes + [f"use_case_{code}" for code in faults]

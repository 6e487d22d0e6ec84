"""The policy as a table: one row per use case, the reference's columns first."""

from collections.abc import Collection, Mapping

import pandas as pd

from llm_telemetry.decisions.statistics import holm
from llm_telemetry.routing.checks.limits import (
    INFEASIBLE,
    UNKNOWN,
    reasons_without_pick,
    shipping_status,
)
from llm_telemetry.routing.estimation.prepared import ARM, Marts
from llm_telemetry.routing.evaluation import JUDGED_COLUMNS
from llm_telemetry.routing.learning import modal_arms

KEYS = ["use_case", *ARM]
REFERENCE_COLUMNS = [
    *KEYS,
    "requests",
    "fail_rate",
    "p95_latency",
    "sla_breach_rate",
    "avg_cost",
    "expected_unit_cost",
    "policy_mode",
]
# how the mart routing_candidates calls the same
CANDIDATE_NAMES = {
    "interactions": "requests",
    "failure_rate": "fail_rate",
    "p95_latency_ms": "p95_latency",
    "avg_cost_usd": "avg_cost",
    "expected_unit_cost_usd": "expected_unit_cost",
}
# and what history says of it
LEARNED_NAMES = {
    "expected_usd": "learned_unit_cost",
    "expected_delta_usd": "learned_unit_cost_delta",
}
REFERENCE_PICK = [*ARM, "policy_mode", "expected_unit_cost"]
POLICY_COLUMNS = [
    *REFERENCE_COLUMNS,
    "recommendation",
    "traffic_share",
    "reasons",
    "constraint_status",
    "learned_unit_cost",
    "learned_unit_cost_delta",
    *(f"baseline_{name}" for name in ARM),
    *(f"reference_{name}" for name in REFERENCE_PICK),
    *JUDGED_COLUMNS[1:],
    "p_value_holm",
    "policy_digest",
    "rollback_to",
]


def describe(learned: pd.DataFrame, marts: Marts) -> pd.DataFrame:
    """Return a row per use case of history; where no arm meets a limit, today's arm."""
    modal = modal_arms(marts.candidates)
    picked = learned[[*KEYS, "policy_mode", *LEARNED_NAMES]].rename(
        columns=LEARNED_NAMES
    )
    left_out = modal[~modal["use_case"].isin(picked["use_case"])]
    reasons = left_out["use_case"].map(
        reasons_without_pick(marts.candidates, marts.constraints)
    )
    is_infeasible = reasons == "no_arm_keeps_limits"
    modes = is_infeasible.map({True: INFEASIBLE, False: UNKNOWN})
    rest = left_out.assign(policy_mode=modes, reasons=reasons)
    table = pd.concat([picked.assign(reasons=""), rest])
    seen = marts.candidates.rename(columns=CANDIDATE_NAMES)
    numbers = ["sla_breach_rate", *CANDIDATE_NAMES.values()]
    today = modal.rename(columns={name: f"baseline_{name}" for name in ARM})
    reference = marts.reference_policy[["use_case", *REFERENCE_PICK]].rename(
        columns={name: f"reference_{name}" for name in REFERENCE_PICK}
    )
    described = (
        table.merge(seen[[*KEYS, *numbers]], on=KEYS, how="left")
        .merge(today, on="use_case", how="left")
        .merge(reference, on="use_case", how="left")
        .sort_values("use_case", ignore_index=True)
    )
    return described.assign(
        constraint_status=shipping_status(described, marts.constraints)
    )


def with_verdicts_of_rows(
    table: pd.DataFrame,
    judged: pd.DataFrame,
    unconstrained: pd.DataFrame,
    knobs: Mapping[str, float],
) -> pd.DataFrame:
    """Add what the evaluation window says of each row alone, and its faults.

    The first fault counts: no arm picked, one that history says gains nothing, one
    that the window cannot judge. ``unconstrained`` is the cheapest arm of any.
    """
    joined = table.merge(judged, on="use_case", how="left")
    cheapest = unconstrained.set_index("use_case")["expected_usd"]
    change = joined["learned_unit_cost_delta"]
    # a cheaper arm was learned, and the limits ruled it out
    is_limited = joined["learned_unit_cost"] > joined["use_case"].map(cheapest)
    # an arm that served every call changes nothing, whatever shrinkage expects of it
    is_alone = joined["evaluation_rows_on_arm"] == joined["evaluation_rows"]
    is_paid = is_limited & (change <= knobs["routing_max_limit_cost_usd"])
    faults = {
        "outcomes_unknown": change.isna(),
        "limits_cost_more": is_limited & ~(change < 0) & ~is_paid,
        "no_arm_costs_less": ~is_limited & (~(change < 0) | is_alone),
        "arm_absent_in_evaluation": ~(joined["evaluation_rows_on_arm"] > 0),
        "too_few_sessions": ~(
            joined["effective_sessions"] >= knobs["routing_min_ess_use_case"]
        ),
    }
    reasons = joined["reasons"]
    for code, is_so in faults.items():
        reasons = reasons.mask((reasons == "") & is_so, code)
    return joined.assign(reasons=reasons, p_value_holm=holm(joined["p_value"]))


def recommend(
    table: pd.DataFrame, recommendation: str, share: float, sent: Collection[str]
) -> pd.DataFrame:
    """Say of each use case what to do, in the published order of columns."""
    is_sent = table["use_case"].isin(sent)
    is_open = table["reasons"] == ""
    return table.assign(
        recommendation=is_sent.map({True: recommendation, False: "keep_baseline"}),
        traffic_share=is_sent * share,
        reasons=table["reasons"].mask(is_open & ~is_sent, "not_routed"),
    ).reindex(columns=POLICY_COLUMNS)

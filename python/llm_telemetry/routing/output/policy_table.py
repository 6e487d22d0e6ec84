"""The policy as a table: one row per use case, the reference's columns first."""

from collections.abc import Collection

import pandas as pd

from llm_telemetry.decisions.statistics import holm
from llm_telemetry.routing.checks.limits import INFEASIBLE, shipping_status
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
REFERENCE_PICK = [*ARM, "policy_mode", "expected_unit_cost"]
POLICY_COLUMNS = [
    *REFERENCE_COLUMNS,
    "recommendation",
    "traffic_share",
    "reasons",
    "constraint_status",
    "learned_unit_cost",
    *(f"baseline_{name}" for name in ARM),
    *(f"reference_{name}" for name in REFERENCE_PICK),
    *JUDGED_COLUMNS[1:],
    "p_value_holm",
    "policy_digest",
    "rollback_to",
]


def describe(learned: pd.DataFrame, marts: Marts) -> pd.DataFrame:
    """Return a row per use case of history; where no arm keeps a limit, today's arm."""
    modal = modal_arms(marts.candidates)
    picked = learned[[*KEYS, "policy_mode", "expected_usd"]].rename(
        columns={"expected_usd": "learned_unit_cost"}
    )
    left_out = modal[~modal["use_case"].isin(picked["use_case"])]
    table = pd.concat([picked, left_out.assign(policy_mode=INFEASIBLE)])
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
    table: pd.DataFrame, judged: pd.DataFrame, min_sessions: float
) -> pd.DataFrame:
    """Add what the evaluation window says of each row alone, and its faults."""
    joined = table.merge(judged, on="use_case", how="left")
    is_infeasible = joined["policy_mode"] == INFEASIBLE
    is_absent = ~is_infeasible & ~(joined["evaluation_rows_on_arm"] > 0)
    is_thin = ~is_infeasible & ~is_absent
    is_thin &= ~(joined["effective_sessions"] >= min_sessions)
    faults = pd.Series("", joined.index)
    faults = faults.mask(is_infeasible, "no_arm_keeps_limits")
    faults = faults.mask(is_absent, "arm_absent_in_evaluation")
    faults = faults.mask(is_thin, "too_few_sessions")
    return joined.assign(reasons=faults, p_value_holm=holm(joined["p_value"]))


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

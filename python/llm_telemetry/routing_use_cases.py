"""What speaks for and against the arm picked for each use case."""

from collections.abc import Mapping

import pandas as pd

from llm_telemetry.inference import holm, p_value
from llm_telemetry.routing_value import ARM, Contrast, post_stratified

FALLBACK = "fallback_unconstrained"
REFERENCE_COLUMNS = [
    "use_case",
    *ARM,
    "requests",
    "fail_rate",
    "p95_latency",
    "sla_breach_rate",
    "avg_cost",
    "expected_unit_cost",
    "policy_mode",
]


def describe_picks(picked: pd.DataFrame, candidates: pd.DataFrame) -> pd.DataFrame:
    """Put beside each pick the arm that serves most of the use case today."""
    if picked.empty or candidates.empty:
        return pd.DataFrame(columns=REFERENCE_COLUMNS)
    modal = (
        candidates.sort_values(
            ["use_case", "interactions", *ARM], ascending=[True, False, True, True]
        )
        .drop_duplicates("use_case")[["use_case", *ARM]]
        .rename(columns={name: f"baseline_{name}" for name in ARM})
    )
    ordered = picked[REFERENCE_COLUMNS].sort_values("use_case", ignore_index=True)
    return ordered.merge(modal, on="use_case", how="left")


def judge_use_cases(
    policy: pd.DataFrame, rows: pd.DataFrame, knobs: Mapping[str, float]
) -> pd.DataFrame:
    """Add what the evaluation window says of each use case alone, and its faults."""
    judged = []
    for use_case, mode in zip(policy["use_case"], policy["policy_mode"], strict=True):
        own = rows[rows["use_case"] == use_case]
        contrast = post_stratified(own, knobs)
        on_arm = own[own["is_chosen"]]
        delta = contrast.unit_cost_delta
        judged.append(
            {
                "evaluation_rows": len(own),
                "evaluation_rows_on_arm": len(on_arm),
                "evaluation_sessions_on_arm": on_arm["session_id"].nunique(),
                "effective_sessions": contrast.effective_sessions,
                "covered_share": contrast.covered_rows / len(own) if len(own) else 0.0,
                "unit_cost_delta": delta.value,
                "unit_cost_delta_low": delta.low,
                "unit_cost_delta_high": delta.high,
                "p_value": p_value(delta, contrast.effective_sessions - 1),
                "reasons": ";".join(_faults(mode, on_arm, contrast, knobs)),
            }
        )
    described = pd.concat([policy, pd.DataFrame(judged)], axis=1)
    described["p_value_holm"] = holm(described["p_value"])
    return described


def _faults(
    mode: str, on_arm: pd.DataFrame, contrast: Contrast, knobs: Mapping[str, float]
) -> list[str]:
    """Return why a use case has to keep its baseline whatever the policy is worth."""
    is_thin = contrast.effective_sessions < knobs["routing_min_ess_use_case"]
    faults = {
        FALLBACK: mode == FALLBACK,
        "arm_absent_in_evaluation": on_arm.empty,
        "too_few_sessions": is_thin and not on_arm.empty,
    }
    return [code for code, applies in faults.items() if applies]

"""Which arms keep the limits that a policy has to keep."""

import pandas as pd

from llm_telemetry.decisions.types import Row, check
from llm_telemetry.routing.estimation.prepared import ARM

INFEASIBLE = "infeasible"
LIMITS = ["policy_mode", "step", "max_failure_rate", "max_p95_latency_ms"]


def feasible(cells: pd.DataFrame, constraints: pd.DataFrame) -> pd.DataFrame:
    """Return the cells on the first step of the ladder that any arm of theirs keeps.

    strict, relax_1, relax_2, by history alone; a use case whose arms keep none has no
    row, and keeps its baseline.
    """
    kept = constraints[
        (constraints["evidence"] == "history")
        & (constraints["constraint_status"] != "violated")
    ]
    joined = cells.merge(kept[["use_case", *ARM, *LIMITS]], on=["use_case", *ARM])
    first = joined.groupby("use_case")["step"].transform("min")
    return joined[joined["step"] == first]


def shipping_status(policy: pd.DataFrame, constraints: pd.DataFrame) -> pd.Series:
    """Return what history and evaluation together say of each arm on its step."""
    keys = ["use_case", *ARM, "policy_mode"]
    both = constraints[constraints["evidence"] == "all"]
    joined = policy[keys].merge(both, on=keys, how="left")
    return joined["constraint_status"].fillna("violated").set_axis(policy.index)


def limit_checks(policy: pd.DataFrame, constraints: pd.DataFrame) -> tuple[Row, ...]:
    """Return both limits of every arm: its upper bound, and whether that keeps."""
    keys = ["use_case", *ARM, "policy_mode"]
    both = constraints[constraints["evidence"] == "all"]
    checks: list[Row] = []
    for row in policy[keys].merge(both, on=keys).to_dict("records"):
        for rate in ("failure_rate", "slow_rate"):
            limit, bound = row[f"max_{rate}"], row[f"{rate}_bound"]
            is_met = None if pd.isna(bound) else bool(bound <= limit)
            checks.append(
                check(f"{row['use_case']}.{rate}_bound", bound, limit, is_met)
            )
    return tuple(checks)

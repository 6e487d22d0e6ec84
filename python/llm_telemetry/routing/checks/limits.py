"""Which arms meet the limits that a policy has to meet."""

import pandas as pd

from llm_telemetry.decisions.types import Row, check
from llm_telemetry.routing.estimation.prepared import ARM

INFEASIBLE = "infeasible"
# no arm was chosen, and it is not known that none meets the limits
UNKNOWN = "unknown"
KEPT = ("certified", "plausible")
UNMEASURED = "unmeasured"
LIMITS = ["policy_mode", "step", "max_failure_rate", "max_p95_latency_ms"]


def feasible(cells: pd.DataFrame, constraints: pd.DataFrame) -> pd.DataFrame:
    """Return the cells on the first step of the ladder that any arm of theirs keeps.

    strict, relax_1, relax_2, by history alone; a use case whose arms keep none has no
    row, and keeps its baseline.
    """
    kept = constraints[
        (constraints["evidence"] == "history")
        & constraints["constraint_status"].isin(KEPT)
    ]
    joined = cells.merge(kept[["use_case", *ARM, *LIMITS]], on=["use_case", *ARM])
    first = joined.groupby("use_case")["step"].transform("min")
    return joined[joined["step"] == first]


def reasons_without_pick(
    candidates: pd.DataFrame, constraints: pd.DataFrame
) -> pd.Series:
    """Return why a use case would have no arm picked, by use case, from history alone.

    An arm with few calls that meets a limit, or use cases that have no other, say
    nothing about the limits; nor does an arm without a measured outcome or latency.
    """
    history = constraints[constraints["evidence"] == "history"]
    keys = ["use_case", *ARM]
    joined = history.merge(candidates[[*keys, "has_enough_interactions"]], on=keys)
    is_enough = joined["has_enough_interactions"].astype(bool)
    is_kept = joined["constraint_status"].isin(KEPT)
    found = pd.DataFrame(
        {
            "use_case": joined["use_case"],
            "is_enough": is_enough,
            "is_thin_and_kept": is_kept & ~is_enough,
            # what is kept and not picked has scores that are unknown
            "is_unknown": is_enough
            & (is_kept | (joined["constraint_status"] == UNMEASURED)),
            "is_kept": is_kept & is_enough,
        }
    )
    any_arm = found.groupby("use_case").any()
    reasons = pd.Series("no_arm_keeps_limits", any_arm.index)
    reasons = reasons.mask(any_arm["is_unknown"], "outcomes_unknown")
    is_thin = ~any_arm["is_kept"] & any_arm["is_thin_and_kept"]
    return reasons.mask(is_thin | ~any_arm["is_enough"], "too_few_requests")


def shipping_status(policy: pd.DataFrame, constraints: pd.DataFrame) -> pd.Series:
    """Return what history and evaluation together say of each arm on its step."""
    keys = ["use_case", *ARM, "policy_mode"]
    both = constraints[constraints["evidence"] == "all"]
    joined = policy[keys].merge(both, on=keys, how="left")
    # a use case without a pick has no step; of some it is known that none is kept
    of_mode = policy["policy_mode"].map({INFEASIBLE: "violated", UNKNOWN: UNMEASURED})
    found = joined["constraint_status"].set_axis(policy.index)
    return found.fillna(of_mode).fillna("violated")


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

"""Every reason of routing, against a situation that was made to have it."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from routing_frames import decided, two_arms

from llm_telemetry.routing import RoutingDecision

Situation = Callable[[], RoutingDecision]
SLOW = 9_000.0


def later(log: pd.DataFrame, model: str = "a") -> pd.Series:
    """Say which rows of a model the evaluation window has."""
    return (log["decision_window"] == "evaluation") & (log["model_name"] == model)


def beside(*logs: pd.DataFrame) -> pd.DataFrame:
    """Return logs as use cases of one, each with sessions of its own."""
    parts = [
        log.assign(
            use_case=f"case_{number}",
            session_id=f"{number}" + log["session_id"],
            interaction_id=f"{number}" + log["interaction_id"],
        )
        for number, log in enumerate(logs)
    ]
    return pd.concat(parts, ignore_index=True)


def limited(**knobs: float) -> RoutingDecision:
    """Return a use case where a saves, and one whose good arm, today's, is too slow."""
    slow = two_arms(2, rows=2_000, fails=(0.01, 0.08), share=0.8)
    slow = slow.assign(
        latency_ms=np.where(slow["model_name"] == "a", SLOW, 1000.0),
        is_sla_breach=slow["model_name"] == "a",
    )
    return decided(
        beside(two_arms(rows=6_000), slow), sla_breach_penalty_usd=0.0, **knobs
    )


def thin(share: float, fails: tuple[float, float]) -> RoutingDecision:
    """Return what is decided where arm a has few calls."""
    return decided(two_arms(rows=600, share=share, fails=fails))


def unmeasured_latency(where: Callable[[pd.DataFrame], pd.Series]) -> RoutingDecision:
    """Return what is decided where latencies, and so breaches, are unknown."""
    log = two_arms()
    rows = where(log)
    breach = log["is_sla_breach"].astype("boolean").mask(rows)
    return decided(
        log.assign(latency_ms=log["latency_ms"].mask(rows), is_sla_breach=breach)
    )


USE_CASES: dict[str, Situation] = {
    "no_arm_keeps_limits": lambda: decided(two_arms(fails=(0.4, 0.6))),
    # b breaks the limits; a keeps them and has under 60 calls
    "too_few_requests": lambda: thin(0.05, (0.0, 0.5)),
    "outcomes_unknown": lambda: unmeasured_latency(lambda log: log["use_case"] != ""),
    "limits_cost_more": limited,
    # all calls go to the only arm there is
    "no_arm_costs_less": lambda: decided(two_arms(share=1.0)),
    "arm_absent_in_evaluation": lambda: decided(
        (log := two_arms())[~later(log)],
    ),
    "too_few_sessions": lambda: decided(
        (log := two_arms())[~later(log) | (log.index % 40 == 0)]
    ),
    "not_routed": lambda: decided(two_arms(fails=(0.08, 0.09), rows=1_500)),
    "": lambda: decided(two_arms()),
}


@pytest.mark.parametrize("code", USE_CASES)
def test_a_use_case_keeps_its_baseline_for_the_reason_it_has(code: str) -> None:
    decision = USE_CASES[code]()
    assert code in set(decision.policy["reasons"]), decision.policy.T


def test_what_a_limit_costs_is_said_and_whoever_pays_it_has_it_sent() -> None:
    kept, paid = limited(), limited(routing_max_limit_cost_usd=5.0)
    row = kept.policy.set_index("use_case").loc["case_1"]
    cost = kept.estimates["limits.case_1.unit_cost_delta"]
    assert (cost.value, cost.low) == (
        row["unit_cost_delta"],
        row["unit_cost_delta_low"],
    )
    # a fifth of its calls fail at .08 and the others at .01, at 40 a failure
    assert cost.low < 40 * 0.8 * 0.07 < cost.high
    assert kept.policy["recommendation"].tolist() == ["canary", "keep_baseline"]
    assert paid.policy["recommendation"].isin(["canary", "shadow"]).all()
    assert "limits.case_1.unit_cost_delta" not in paid.estimates


def test_no_use_case_goes_along_for_the_sake_of_the_sum() -> None:
    # equal arms: what is learned of them is chance
    equal = two_arms(3, fails=(0.08, 0.085))
    policy = decided(beside(two_arms(), equal)).policy.set_index("use_case")
    assert policy.loc["case_0", "recommendation"] == "canary"
    assert policy.loc["case_1", "recommendation"] == "keep_baseline"

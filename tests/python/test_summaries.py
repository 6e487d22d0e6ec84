"""The lines of the screen, with any part of what they tell missing."""

import math
from types import SimpleNamespace
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from sound_lines import is_sound

from llm_telemetry.artifact.report import routing_summary, triage_summary
from llm_telemetry.decisions.statistics import Estimate
from llm_telemetry.routing.output.words import ADVICE

PRICES = {"failure_event_cost_usd": 40.0, "sla_breach_penalty_usd": 5.0}
values = st.none() | st.sampled_from([math.nan, 0.0, -0.0, -2.5, 0.031, 1234.5])


def estimate(value: float | None) -> Estimate | None:
    if value is None:
        return None
    return Estimate(value, 0.5, value - 1, value + 1, 100, 50)


def test_faults_are_found() -> None:
    for text in ("would change change unknown", "cost None", "p95 nan ms", "a (); b"):
        assert not is_sound(text)
    assert is_sound("cost 0.5 (-0.2 to 1.2); -0.03 USD")


@settings(deadline=None)
@given(
    verdict=st.sampled_from(sorted(ADVICE)),
    change=values,
    cash=values,
    limit=values,
    needed=st.none() | st.sampled_from([120.0, 2e6]),
    advised=st.lists(
        st.sampled_from(["keep_baseline", "shadow", "canary"]), max_size=3
    ),
)
def test_routing(
    verdict: str,
    change: float | None,
    cash: float | None,
    limit: float | None,
    needed: float | None,
    advised: list[str],
) -> None:
    named = {
        "shippable.doubly_robust.unit_cost_delta": estimate(change),
        "shippable.doubly_robust.cash_delta": estimate(cash),
        "limits.chat.unit_cost_delta": estimate(limit),
    }
    measure = "rows_to_settle_a_worthwhile_change"
    power = [{"measure": measure, "value": needed}] if needed else []
    policy = pd.DataFrame({"recommendation": pd.Series(advised, dtype=object)})
    policy["use_case"] = [f"use_case_{place}" for place in range(len(policy))]
    policy["reasons"] = "not_routed"
    decided: Any = SimpleNamespace(
        verdict=verdict,
        recommendation=advised[0] if advised else "keep_baseline",
        policy=policy,
        estimates={name: one for name, one in named.items() if one is not None},
        basis=SimpleNamespace(power=power),
    )
    summary = routing_summary(decided, PRICES)
    assert is_sound(summary)
    # a number that is not only cash names its prices
    assert (" USD per " in summary) == ("at 40 USD per failure" in summary)
    assert ("would change" in summary) == ("cash" in summary)


@settings(deadline=None)
@given(
    verdict=st.sampled_from(
        ["review_all", "review_none", "threshold", "topk", "refuse"]
    ),
    trivial=st.sampled_from(["review_all", "review_none"]),
    difference=values,
    queued=st.lists(st.booleans(), max_size=3),
    reasons=st.sampled_from([(), ("no_better_than_review_all",)]),
)
def test_triage(
    verdict: str,
    trivial: str,
    difference: float | None,
    queued: list[bool],
    reasons: tuple[str, ...],
) -> None:
    found = estimate(difference)
    decided: Any = SimpleNamespace(
        verdict=verdict,
        reasons=reasons,
        queue=pd.DataFrame({"action_review": pd.Series(queued, dtype=bool)}),
        estimates={"cost_minus_best_trivial_usd": found} if found else {},
        policy={
            "value": {"best_trivial": trivial, "policy": "batch_topk"},
            "economics": {"review_cost_usd": 2.0, "missed_failure_cost_usd": 40.0},
        },
    )
    summary = triage_summary(decided)
    assert is_sound(summary)
    priced = "at 2 USD per review and 40 USD per missed failure"
    assert (" USD per interaction" in summary) == (priced in summary)

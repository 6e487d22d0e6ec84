"""What a routing decision says, and what it refuses to say."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from routing_frames import (
    KNOBS,
    NO_WINDOWS,
    built_on,
    candidates,
    cell,
    evaluation_rows,
    pick,
    routed,
    windowed,
)

from llm_telemetry.routing import RoutingDecision, decide
from llm_telemetry.routing_backtest import BACKTEST_COLUMNS
from llm_telemetry.simulate import simulate

ARMS = candidates(("chat", "a", 100), ("chat", "b", 200))


def judge(
    rows: pd.DataFrame, policy: pd.DataFrame | None = None, **knobs: float
) -> RoutingDecision:
    """Decide on one use case that has arms a and b in history."""
    chosen = pick() if policy is None else policy
    return decide(chosen, ARMS, rows, NO_WINDOWS, KNOBS | knobs)


def good_arm(rows: int = 200) -> pd.DataFrame:
    """Return rows on which arm a fails a tenth and arm b half of the time."""
    on_a = cell(rows, rows // 10, model_name="a")
    return evaluation_rows(on_a + cell(rows, rows // 2, model_name="b"))


def test_arm_that_is_better_beyond_chance_earns_a_canary_and_no_more() -> None:
    decision = judge(good_arm())
    assert (decision.verdict, decision.recommendation) == ("improves", "canary")
    assert decision.reasons == ("interval_below_zero",)
    row = decision.policy.iloc[0]
    assert row["recommendation"] == "canary"
    assert row["baseline_model_name"] == "b"
    # .1 against .3, at 40 a failure
    assert row["unit_cost_delta"] == pytest.approx(-8)


def test_arm_that_is_worse_beyond_chance_is_named() -> None:
    decision = judge(good_arm(), pick("b"))
    assert (decision.verdict, decision.recommendation) == ("worsens", "keep_baseline")
    assert decision.policy.iloc[0]["reasons"] == "use_case_worsens"


def test_difference_within_chance_is_inconclusive() -> None:
    even = cell(100, 30, model_name="a") + cell(100, 31, model_name="b")
    decision = judge(evaluation_rows(even))
    assert decision.verdict == "inconclusive"
    assert decision.recommendation == "keep_baseline"


def test_better_for_its_strata_alone_is_inconclusive() -> None:
    # a is the better arm for either length, and has most of the long prompts
    rows = evaluation_rows(
        cell(60, 0, model_name="a", prompt_length="short")
        + cell(240, 24, model_name="b", prompt_length="short")
        + cell(240, 72, model_name="a", prompt_length="long")
        + cell(60, 42, model_name="b", prompt_length="long")
    )
    decision = judge(rows)
    assert decision.estimates["shippable.post_stratified.unit_cost_delta"].high < 0
    assert decision.estimates["shippable.naive_matched_rows.unit_cost_delta"].high > 0
    assert decision.verdict == "inconclusive"
    assert decision.reasons == ("estimators_disagree",)


def test_unconstrained_fallback_is_written_and_never_recommended() -> None:
    decision = judge(good_arm(), pick(policy_mode="fallback_unconstrained"))
    assert decision.verdict == "refuse"
    assert decision.reasons[0] == "no_arm_meets_constraints"
    row = decision.policy.iloc[0]
    assert row["policy_mode"] == "fallback_unconstrained"
    assert row["recommendation"] == "keep_baseline"
    reference = decision.backtest[decision.backtest["policy"] == "reference"]
    assert reference["unit_cost"].tolist() == pytest.approx([4, 4])


def test_only_the_use_cases_that_could_be_shipped_are_weighed() -> None:
    rows = pd.concat(
        [
            good_arm(),
            good_arm().assign(use_case="code"),
            good_arm().assign(use_case="qa"),
        ]
    )
    rows["interaction_id"] = [f"i{number}" for number in range(len(rows))]
    policy = pd.concat(
        [
            pick(),
            pick(use_case="code", policy_mode="fallback_unconstrained"),
            pick("gone", use_case="qa"),
        ]
    )
    decision = judge(rows, policy)
    by_use_case = decision.policy.set_index("use_case")
    assert by_use_case["recommendation"].to_dict() == {
        "chat": "canary",
        "code": "keep_baseline",
        "qa": "keep_baseline",
    }
    assert by_use_case.loc["qa", "reasons"] == "arm_absent_in_evaluation"
    table = decision.backtest.set_index(["policy", "estimator"])
    assert table.loc[("shippable", "post_stratified"), "use_cases_covered"] == 1
    assert table.loc[("reference", "naive_matched_rows"), "use_cases_covered"] == 2
    assert table.loc[("reference", "naive_matched_rows"), "covered_rows"] == 800
    assert table.loc[("baseline", "logged"), "covered_rows"] == 1200
    assert "use_case_arm_absent_in_evaluation" in decision.reasons


def test_use_case_that_worsens_keeps_its_baseline_in_a_policy_that_pays() -> None:
    rows = pd.concat([good_arm(400), good_arm(100).assign(use_case="code")])
    rows["interaction_id"] = [f"i{number}" for number in range(len(rows))]
    rows["session_id"] = rows["interaction_id"]
    decision = judge(rows, pd.concat([pick("a"), pick("b", use_case="code")]))
    assert decision.verdict == "improves"
    by_use_case = decision.policy.set_index("use_case")
    assert by_use_case["recommendation"].to_dict() == {
        "chat": "canary",
        "code": "keep_baseline",
    }
    assert by_use_case.loc["code", "reasons"] == "use_case_worsens"


EMPTY = pd.DataFrame()
GONE = pick("gone")


@pytest.mark.parametrize(
    ("policy", "arms", "rows", "code"),
    [
        (EMPTY, EMPTY, EMPTY, "no_candidates"),
        (EMPTY, ARMS, good_arm(), "no_candidates"),
        (pick(), EMPTY, good_arm(), "no_candidates"),
        (pick(), ARMS, EMPTY, "evaluation_window_empty"),
        (GONE, ARMS, good_arm(), "no_covered_use_case"),
        (pick(use_case="other"), ARMS, good_arm(), "no_covered_use_case"),
        (pick(), ARMS, good_arm(40), "too_few_sessions"),
        (pick(), ARMS, good_arm().assign(session_id="one"), "too_few_sessions"),
        (pick(), ARMS, good_arm().assign(cost_usd=np.nan), "too_few_sessions"),
    ],
)
def test_refusals_have_a_code(policy, arms, rows, code) -> None:
    decision = decide(policy, arms, rows, EMPTY, KNOBS)
    assert (decision.verdict, decision.reasons[0]) == ("refuse", code)
    assert decision.recommendation == "keep_baseline"
    assert (decision.policy["recommendation"] == "keep_baseline").all()
    assert list(decision.backtest.columns) == BACKTEST_COLUMNS


def test_windows_that_overlap_are_noted() -> None:
    windows = pd.DataFrame({"window_name": ["evaluation"], "overlap_rate": [0.9]})
    decision = decide(pick(), ARMS, good_arm(), windows, KNOBS)
    assert "windows_overlap_in_time" in decision.reasons
    decision = decide(pick(), ARMS, good_arm(), windows.assign(overlap_rate=0.0), KNOBS)
    assert "windows_overlap_in_time" not in decision.reasons


def test_traffic_without_candidates_is_noted_and_not_covered() -> None:
    rows = pd.concat([good_arm(), good_arm().assign(use_case="new")])
    rows["interaction_id"] = [f"i{number}" for number in range(len(rows))]
    decision = judge(rows)
    assert "use_case_without_candidates" in decision.reasons
    assert decision.backtest.iloc[-1]["covered_share"] == 0.5


@pytest.mark.parametrize("seed", range(3))
def test_order_of_rows_changes_no_bit(seed: int) -> None:
    rows = routed(np.random.default_rng(seed), 150, effect=-0.1)
    decision = judge(rows)
    again = judge(rows.sample(frac=1, random_state=seed))
    pd.testing.assert_frame_equal(decision.policy, again.policy, check_exact=True)
    pd.testing.assert_frame_equal(decision.backtest, again.backtest, check_exact=True)
    assert decision.estimates == again.estimates


def decide_world(world: str, seed: int) -> RoutingDecision:
    """Simulate a world, build its marts and decide."""
    log = simulate(world, interactions=9_000, seed=seed).interactions
    marts = built_on("interactions", windowed(log))
    return decide(
        marts["reference_policy"],
        marts["routing_candidates"],
        marts["routing_evaluation_rows"],
        NO_WINDOWS,
        KNOBS,
    )


def test_null_world_earns_no_canary_beyond_the_stated_rate() -> None:
    canaries = sum(
        decide_world("null", seed).recommendation == "canary" for seed in range(12)
    )
    # at a true rate of .04, more than 2 of 12 come up in 1 % of such trials
    assert canaries <= 2


def test_real_world_is_never_made_worse_by_a_canary() -> None:
    verdicts = [decide_world("real", seed).verdict for seed in range(4)]
    assert "worsens" not in verdicts
    assert verdicts.count("improves") >= 1


def test_reference_numbers_of_the_independent_sample(
    shared_data: Callable[[str], Path],
) -> None:
    log = pd.read_csv(shared_data("sample") / "llm_system_interactions.csv")
    names = {"train": "history", "val": "calibration", "test": "evaluation"}
    log["decision_window"] = log["split"].map(names)
    log["is_sla_breach"] = (log["latency_ms"] > 2200).astype("boolean")
    marts = built_on("interactions", log)
    backtest = marts["reference_backtest"].iloc[0]
    assert backtest["requests"] == 359
    assert backtest["baseline_expected_unit_cost"] == pytest.approx(
        3.70668316, abs=5e-9
    )
    assert backtest["policy_expected_unit_cost"] == pytest.approx(4.18681472, abs=5e-9)
    decision = decide(
        marts["reference_policy"],
        marts["routing_candidates"],
        marts["routing_evaluation_rows"],
        NO_WINDOWS,
        KNOBS,
    )
    assert decision.recommendation == "keep_baseline"
    naive = decision.backtest.iloc[1]
    assert naive["estimator"] == "naive_matched_rows"
    assert naive["unit_cost"] == pytest.approx(4.18681472, abs=5e-9)

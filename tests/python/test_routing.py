"""What a routing decision says, and what it refuses to say."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from routing_frames import KNOBS, ROWS, built_on, decided, marts_of, two_arms, windowed

from llm_telemetry.routing import RoutingDecision, decide
from llm_telemetry.routing.estimation.prepared import Calls
from llm_telemetry.routing.output.backtest import BACKTEST_COLUMNS
from llm_telemetry.routing.output.policy_table import POLICY_COLUMNS


def failing(decision: RoutingDecision) -> set[str]:
    """Return the diagnostics that do not hold."""
    checks = decision.basis.diagnostics
    return {check["name"] for check in checks if check["is_met"] is False}


def test_arm_that_is_better_beyond_chance_earns_a_canary_and_no_more() -> None:
    decision = decided(two_arms())
    assert (decision.verdict, decision.recommendation) == ("canary", "canary")
    assert decision.reasons == ("pays",)
    row = decision.policy.iloc[0]
    assert (row["model_name"], row["traffic_share"]) == ("a", 0.05)
    assert row["constraint_status"] == "certified"
    delta = decision.estimates["shippable.doubly_robust.unit_cost_delta"]
    # .04 against an even mix of .04 and .30, at 40 a failure
    assert delta.low < 40 * (0.04 - 0.17) < delta.high
    assert failing(decision) == set()
    (factor,) = (
        row["value"]
        for row in decision.basis.sensitivity
        if row["measure"] == "lambda_star"
    )
    assert factor > KNOBS["routing_min_lambda"]


def test_what_expired_is_estimated_and_not_sent() -> None:
    marts = marts_of(two_arms())
    ended = decide(marts, KNOBS, expired_by="concept_drift")
    assert (ended.verdict, ended.recommendation) == ("refuse", "keep_baseline")
    assert ended.reasons[0] == "expired_by_concept_drift"
    assert (ended.policy["traffic_share"] == 0).all()
    name = "shippable.doubly_robust.unit_cost_delta"
    assert ended.estimates[name] == decide(marts, KNOBS).estimates[name]


def test_logged_propensities_earn_a_roll_out() -> None:
    decision = decided(two_arms(propensity=0.5))
    assert (decision.verdict, decision.recommendation) == ("roll_out", "roll_out")
    assert decision.policy.iloc[0]["traffic_share"] == 1.0


@pytest.mark.parametrize("known", [0.99, 0.0])
def test_one_draw_not_written_down_earns_no_roll_out(known: float) -> None:
    log = two_arms(propensity=0.5)
    is_known = np.random.default_rng(3).random(len(log)) < known
    decision = decided(log.assign(propensity=log["propensity"].where(is_known)))
    assert decision.verdict == "canary"


def test_propensities_that_contradict_the_routing_are_refused() -> None:
    decision = decided(two_arms(propensity=0.8))
    assert decision.verdict == "refuse"
    assert "weights_do_not_add_up" in decision.reasons


def test_propensities_that_are_all_but_zero_earn_no_roll_out() -> None:
    log = two_arms(propensity=0.5)
    log.loc[log.index[-1], "propensity"] = 0.001
    assert decided(log).verdict != "roll_out"


def test_difference_within_chance_is_inconclusive_and_says_what_would_settle_it() -> (
    None
):
    decision = decided(two_arms(fails=(0.08, 0.09), rows=1_500))
    assert decision.verdict == "inconclusive"
    assert decision.recommendation == "keep_baseline"
    assert (decision.policy["traffic_share"] == 0).all()
    power = {row["measure"]: row["value"] for row in decision.basis.power}
    assert power["rows_to_settle_a_worthwhile_change"] > power["evaluation_rows"]


def test_arm_that_turned_bad_keeps_the_baseline() -> None:
    log = two_arms()
    later = log["decision_window"] == "evaluation"
    is_a = log["model_name"] == "a"
    rng = np.random.default_rng(5)
    log.loc[later & is_a, "is_failure"] = rng.random((later & is_a).sum()) < 0.6
    decision = decided(log)
    assert decision.verdict == "keep_baseline"
    assert decision.reasons[0] == "policy_costs_more"


def test_saving_that_may_break_a_limit_is_only_shadowed() -> None:
    # within the limit of 0.12, and not surely
    decision = decided(two_arms(fails=(0.11, 0.5)))
    assert set(decision.policy["constraint_status"]) == {"plausible"}
    assert decision.verdict == "shadow"
    assert "limits_not_certified" in decision.reasons
    assert (decision.policy["traffic_share"] == 0).all()


def test_saving_that_broke_the_limit_since_is_not_even_shadowed() -> None:
    log = two_arms(fails=(0.11, 0.6))
    rng = np.random.default_rng(5)
    later = (log["decision_window"] == "evaluation") & (log["model_name"] == "a")
    log.loc[later, "is_failure"] = rng.random(later.sum()) < 0.3
    decision = decided(log)
    assert (decision.verdict, decision.reasons[0]) == (
        "keep_baseline",
        "limits_violated",
    )


def test_no_arm_within_limits_keeps_the_baseline() -> None:
    decision = decided(two_arms(fails=(0.4, 0.6)))
    assert decision.verdict == "keep_baseline"
    assert decision.reasons[0] == "no_arm_keeps_limits"
    row = decision.policy.iloc[0]
    assert row["policy_mode"] == "infeasible"
    assert row["reference_policy_mode"] == "fallback_unconstrained"
    assert row["reference_model_name"] == "a"
    assert row["recommendation"] == "keep_baseline"


def test_little_hidden_context_that_would_undo_it_is_only_shadowed() -> None:
    decision = decided(two_arms(), routing_min_lambda=15.0)
    assert decision.verdict == "shadow"
    assert "hidden_context_could_explain_it" in decision.reasons


def test_arms_that_share_no_calls_are_refused() -> None:
    rng = np.random.default_rng(8)
    tier = rng.choice(["free", "pro"], ROWS)
    is_a = tier == "free"
    log = two_arms(
        account_tier=tier,
        model_name=np.where(is_a, "a", "b"),
        is_failure=rng.random(ROWS) < np.where(is_a, 0.04, 0.10),
    )
    decision = decided(log)
    assert decision.verdict == "refuse"
    assert "no_overlap" in decision.reasons


def test_values_missing_on_one_arm_are_refused() -> None:
    log = two_arms()
    is_lost = (log["model_name"] == "a") & (log.index % 5 == 0)
    decision = decided(log.assign(is_failure=log["is_failure"].mask(is_lost)))
    assert decision.verdict == "refuse"
    assert "missing_differs_by_arm" in decision.reasons


def test_prompts_that_changed_hands_fail_the_negative_control() -> None:
    log = two_arms()
    later = (log["decision_window"] == "evaluation") & (log["model_name"] == "a")
    chars = log["prompt_chars"].where(~later, log["prompt_chars"] * 3)
    assert "negative_control_beyond_chance" in failing(
        decided(log.assign(prompt_chars=chars))
    )


def own_counts(log: pd.DataFrame) -> pd.DataFrame:
    """Return a log whose arm a counts half as many tokens again as arm b."""
    tokens = log["prompt_chars"] / 4
    longer = tokens * np.where(log["model_name"] == "a", 1.5, 1.0)
    return log.assign(prompt_tokens=longer.round().astype("Int64"))


def test_tokens_that_each_provider_counts_its_own_way_compare_no_calls() -> None:
    log = own_counts(two_arms())
    by_characters = decided(log)
    assert (by_characters.verdict, failing(by_characters)) == ("canary", set())
    without = decided(log.assign(prompt_chars=pd.NA))
    assert without.reasons == ("pays", "prompt_length_unknown")
    assert failing(without) == set()
    lengths = [
        next(
            row["evidence"]
            for row in decision.basis.assumptions
            if row["assumption"] == "prompts that are compared are equally long"
        )
        for decision in (by_characters, without)
    ]
    assert "characters" in lengths[0]
    assert "its own way" in lengths[1]


def test_the_logged_tokens_do_not_move_what_another_arm_is_expected_to_cost() -> None:
    log = own_counts(two_arms())
    costs = [
        Calls.of(marts_of(one), KNOBS).expected_cost()
        for one in (log, log.assign(prompt_chars=pd.NA))
    ]
    used_a = marts_of(log).contexts
    used_a = used_a[used_a["decision_window"] == "evaluation"]["model_name"] == "a"
    # longer prompts cost more, and are as long on either arm
    gaps = [abs(cost[used_a].mean() - cost[~used_a].mean()) for cost in costs]
    assert max(gaps) < 0.02 * costs[0].mean()


def test_use_cases_are_routed_one_by_one_where_only_some_pay() -> None:
    rng = np.random.default_rng(4)
    use_case = rng.choice(["chat", "code"], 2 * ROWS, p=[0.3, 0.7])
    is_a = rng.random(2 * ROWS) < 0.5
    rate = np.select([use_case == "code", is_a], [0.10, 0.03], 0.16)
    log = two_arms(
        rows=2 * ROWS,
        use_case=use_case,
        model_name=np.where(is_a, "a", "b"),
        is_failure=rng.random(2 * ROWS) < rate,
    )
    by_case = decided(log).policy.set_index("use_case")
    assert by_case.loc["chat", "p_value_holm"] < 0.05
    assert by_case["traffic_share"]["chat"] >= by_case["traffic_share"]["code"]
    sent = by_case["recommendation"]["chat"]
    assert sent == "canary"


def test_evaluation_outcomes_choose_no_arm() -> None:
    log = two_arms()
    later = log["decision_window"] == "evaluation"
    turned = log.assign(is_failure=log["is_failure"] ^ later)
    arms = [decided(one).policies["learned"] for one in (log, turned)]
    pd.testing.assert_frame_equal(*arms)


@pytest.mark.parametrize(
    ("kept", "code"),
    [
        ("history", "evaluation_window_empty"),
        ("evaluation", "no_candidates"),
        ("", "no_candidates"),
    ],
)
def test_refusals_have_a_code(kept: str, code: str) -> None:
    log = two_arms(rows=400)
    decision = decided(log[log["decision_window"] == kept])
    assert (decision.verdict, decision.reasons) == ("refuse", (code,))
    assert decision.recommendation == "keep_baseline"
    assert list(decision.policy.columns) == POLICY_COLUMNS
    assert list(decision.backtest.columns) == BACKTEST_COLUMNS


def test_arm_that_serves_nobody_any_more_is_refused() -> None:
    log = two_arms()
    is_gone = (log["decision_window"] == "evaluation") & (log["model_name"] == "a")
    decision = decided(log[~is_gone])
    assert decision.reasons[0] == "no_use_case_can_be_judged"
    assert decision.policy.iloc[0]["reasons"] == "arm_absent_in_evaluation"


def test_one_session_is_refused() -> None:
    log = two_arms()
    later = log["decision_window"] == "evaluation"
    decision = decided(log.assign(session_id=log["session_id"].mask(later, "one")))
    assert decision.verdict == "refuse"


def test_windows_that_overlap_and_new_use_cases_are_noted() -> None:
    log = two_arms()
    is_new = (log["decision_window"] == "evaluation") & (log.index % 7 == 0)
    log = log.assign(use_case=log["use_case"].mask(is_new, "new"))
    windows = pd.DataFrame({"window_name": ["evaluation"], "overlap_rate": [0.9]})
    reasons = decide(marts_of(log, windows), KNOBS).reasons
    assert "windows_overlap_in_time" in reasons
    assert "use_case_without_candidates" in reasons


def test_order_of_rows_changes_no_bit() -> None:
    marts = marts_of(two_arms(rows=1_000))
    shuffled = marts.contexts.sample(frac=1, random_state=1)
    first, again = (
        decide(one, KNOBS) for one in (marts, replace(marts, contexts=shuffled))
    )
    pd.testing.assert_frame_equal(first.policy, again.policy, check_exact=True)
    pd.testing.assert_frame_equal(first.backtest, again.backtest, check_exact=True)
    assert (first.estimates, first.basis) == (again.estimates, again.basis)


def test_reference_numbers_of_the_independent_sample(
    shared_data: Callable[[str], Path],
) -> None:
    log = pd.read_csv(shared_data("sample") / "llm_system_interactions.csv")
    log["timestamp_utc"] = pd.to_datetime(log["timestamp_utc"]).dt.tz_localize(None)
    names = {"train": "history", "val": "calibration", "test": "evaluation"}
    log = windowed(log.assign(propensity=np.nan))
    log["decision_window"] = log["split"].map(names)
    backtest = built_on("interactions", log)["reference_backtest"].iloc[0]
    assert backtest["requests"] == 359
    assert backtest["baseline_expected_unit_cost"] == pytest.approx(
        3.70668316, abs=5e-9
    )
    assert backtest["policy_expected_unit_cost"] == pytest.approx(4.18681472, abs=5e-9)
    decision = decided(log)
    assert decision.verdict in ("inconclusive", "keep_baseline")
    assert (decision.policy["recommendation"] == "keep_baseline").all()
    table = decision.backtest.set_index(["policy", "estimator"])
    assert table.loc[("reference", "naive_matched_rows"), "unit_cost"] == pytest.approx(
        4.18681472, abs=5e-9
    )

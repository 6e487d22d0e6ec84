import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from pandas.testing import assert_frame_equal
from triage_world import KNOBS, World, windows_of, world

from llm_telemetry import triage
from llm_telemetry.triage import failure_model
from llm_telemetry.triage.review_policy import Economics

MARTS = Path(__file__).parents[2] / "models" / "marts" / "triage"


@pytest.fixture(scope="module")
def strong() -> World:
    return world()


@pytest.fixture(scope="module")
def decided(strong: World) -> triage.TriageDecision:
    return triage.decide(strong.features, strong.windows, KNOBS)


def with_evaluation(
    features: pd.DataFrame, change: Callable[[pd.DataFrame], pd.DataFrame]
) -> pd.DataFrame:
    is_evaluation = features["decision_window"] == "evaluation"
    return pd.concat([features[~is_evaluation], change(features[is_evaluation])])


def test_features_hold_what_is_known_after_the_call_and_no_more() -> None:
    told = yaml.safe_load((MARTS / "triage_features.yml").read_text())
    columns = [column["name"] for column in told["models"][0]["columns"]]
    keys = ["interaction_id", "session_id", "timestamp_utc", "decision_window"]
    modelled = failure_model.CATEGORICAL + failure_model.NUMERIC
    assert columns == [*keys, *modelled, "is_failure"]


def test_strong_signal_ships_the_economic_threshold(
    decided: triage.TriageDecision,
) -> None:
    assert decided.verdict == "threshold"
    assert decided.policy["threshold"]["break_even"] == 0.05
    assert decided.policy["threshold"]["stream"] == 0.05
    assert decided.estimates["cost_minus_best_trivial_usd"].high < 0
    queue = decided.queue
    is_above = queue["proba_failure"] >= 0.05
    assert ((queue["review_reason"] == "score") == is_above).all()
    assert (queue["action_review"] == (queue["review_reason"] != "")).all()
    assert 0 < queue["action_review"].mean() < 1


def test_queue_is_ranked_by_probability_then_name(
    decided: triage.TriageDecision,
) -> None:
    assert list(decided.queue.columns) == triage.QUEUE_COLUMNS
    keys = list(
        zip(
            -decided.queue["proba_failure"],
            decided.queue["interaction_id"],
            strict=True,
        )
    )
    assert keys == sorted(keys)


def test_policy_is_plain_json(decided: triage.TriageDecision) -> None:
    assert json.loads(json.dumps(decided.policy, allow_nan=False)) == decided.policy


def test_order_of_rows_changes_nothing(
    strong: World, decided: triage.TriageDecision
) -> None:
    shuffled = triage.decide(
        strong.features.sample(frac=1, random_state=3), strong.windows[::-1], KNOBS
    )
    assert json.dumps(shuffled.policy) == json.dumps(decided.policy)
    assert_frame_equal(shuffled.queue, decided.queue, check_exact=True)
    assert_frame_equal(shuffled.curve, decided.curve, check_exact=True)


def test_outcomes_of_the_evaluation_window_only_change_the_reported_value(
    strong: World, decided: triage.TriageDecision
) -> None:
    def permuted(rows: pd.DataFrame) -> pd.DataFrame:
        outcomes = rows["is_failure"].sample(frac=1, random_state=1)
        return rows.assign(is_failure=outcomes.to_numpy())

    features = with_evaluation(strong.features, permuted)
    other = triage.decide(features, strong.windows, KNOBS)
    assert other.policy["threshold"] == decided.policy["threshold"]
    assert other.policy["model"] == decided.policy["model"]
    assert other.policy["calibration"]["map"] == decided.policy["calibration"]["map"]
    untouched = triage.QUEUE_COLUMNS[: triage.QUEUE_COLUMNS.index("action_review")]
    assert_frame_equal(other.queue[untouched], decided.queue[untouched])
    for ours, theirs in zip(
        decided.policy["policies"], other.policy["policies"], strict=True
    ):
        assert ours["reviewed_rows"] == theirs["reviewed_rows"]
    assert other.verdict == "review_all"
    assert other.estimates != decided.estimates


def test_threshold_under_capacity_does_not_see_the_evaluation_window(
    strong: World,
) -> None:
    knobs = KNOBS | {"capacity_per_day": 40.0, "capacity_p90_guard": 45.0}
    first = triage.decide(strong.features, strong.windows, knobs)
    fewer = with_evaluation(strong.features, lambda rows: rows[:200])
    second = triage.decide(fewer, windows_of(fewer), knobs)
    assert first.policy["threshold"]["stream"] > 0.05
    assert first.policy["threshold"] == second.policy["threshold"]
    assert first.policy["threshold"]["load_seen_on"] == "calibration"


def test_scarce_capacity_ships_the_top_of_each_day(strong: World) -> None:
    knobs = KNOBS | {"capacity_per_day": 20.0, "capacity_p90_guard": 20.0}
    decision = triage.decide(strong.features, strong.windows, knobs)
    assert decision.verdict == "topk"
    assert {"capacity_binds", "review_all_exceeds_capacity"} <= set(decision.reasons)
    assert "order_no_better_than_random" not in decision.reasons
    days = decision.queue["timestamp_utc"].dt.floor("D")
    assert (decision.queue["action_review"].groupby(days).sum() <= 20).all()


def test_capacity_is_per_business_day(strong: World) -> None:
    knobs = KNOBS | {"capacity_per_day": 20.0, "capacity_p90_guard": 20.0}
    zone = "Pacific/Auckland"
    queue = triage.decide(strong.features, strong.windows, knobs, zone).queue
    moments = queue["timestamp_utc"].dt.tz_localize("UTC").dt.tz_convert(zone)
    reviews = queue["action_review"].groupby(moments.dt.date).sum()
    assert reviews.max() == 20


def test_capacity_is_held_against_the_traffic_and_not_the_sample(
    strong: World,
) -> None:
    sampled = windows_of(strong.features, sampling_fraction=0.1)
    knobs = KNOBS | {"capacity_per_day": 200.0, "capacity_p90_guard": 250.0}
    decision = triage.decide(strong.features, sampled, knobs)
    assert decision.verdict == "topk"
    days = decision.queue["timestamp_utc"].dt.floor("D")
    assert decision.queue["action_review"].groupby(days).sum().max() == 20


def test_claimed_savings_are_true_ones() -> None:
    gaps = []
    for seed in range(20):
        drawn = world(2400, seed=seed)
        decision = triage.decide(drawn.features, drawn.windows, KNOBS)
        assert decision.verdict == "threshold"
        reviewed = decision.queue["action_review"].to_numpy()
        trivial = np.full_like(
            reviewed, decision.policy["value"]["best_trivial"] == "review_all"
        )
        economics = Economics.from_knobs(KNOBS)
        truth = drawn.truth[decision.queue["interaction_id"]].to_numpy()
        true = economics.costs(reviewed, truth) - economics.costs(trivial, truth)
        gaps.append(
            decision.estimates["cost_minus_best_trivial_usd"].value - true.mean()
        )
    assert abs(np.mean(gaps)) < 2 * np.std(gaps, ddof=1) / 20**0.5


def test_without_signal_the_trivial_policy_is_the_decision() -> None:
    verdicts = []
    for seed in range(20):
        drawn = world(2400, seed=seed, signal=0, base=-2.0)
        verdicts.append(triage.decide(drawn.features, drawn.windows, KNOBS).verdict)
    assert verdicts.count("review_all") >= 19


def test_rare_failures_are_not_worth_reviewing() -> None:
    drawn = world(9000, signal=0, base=-4.0)
    decision = triage.decide(drawn.features, drawn.windows, KNOBS)
    assert decision.verdict == "review_none"
    assert not decision.queue["action_review"].any()


def test_review_that_repairs_nothing_never_pays(strong: World) -> None:
    knobs = KNOBS | {"review_repair_share": 0.0}
    decision = triage.decide(strong.features, strong.windows, knobs)
    assert decision.verdict == "review_none"
    assert "review_never_pays" in decision.reasons
    assert decision.policy["threshold"]["break_even"] is None


def test_probabilities_that_no_longer_hold_are_refused(strong: World) -> None:
    def turned(rows: pd.DataFrame) -> pd.DataFrame:
        # fails three times as often wherever the scores see no reason to
        outcomes = np.random.default_rng(0).random(len(rows)) < 0.25
        return rows.assign(is_failure=rows["is_failure"] | outcomes)

    features = with_evaluation(strong.features, turned)
    knobs = KNOBS | {"capacity_per_day": 20.0, "capacity_p90_guard": 20.0}
    decision = triage.decide(features, strong.windows, knobs)
    assert decision.verdict == "refuse"
    assert "miscalibrated" in decision.reasons
    assert not decision.queue["action_review"].any()


def test_windows_that_share_their_days_prove_nothing_about_later_ones(
    strong: World,
) -> None:
    overlapping = strong.windows.assign(overlap_rate=0.06)
    decision = triage.decide(strong.features, overlapping, KNOBS)
    assert decision.verdict == "refuse"
    assert "windows_overlap_in_time" in decision.reasons
    assert not decision.queue["action_review"].any()


def test_no_calibration_window_leaves_scores_alone_and_says_so(strong: World) -> None:
    rows = strong.features
    features = rows[rows["decision_window"] != "calibration"]
    decision = triage.decide(features, windows_of(features), KNOBS)
    assert "no_calibration_window" in decision.reasons
    assert decision.policy["calibration"]["map"]["method"] == "identity"
    assert decision.policy["threshold"]["load_seen_on"] == "history"


def test_unknown_outcomes_are_scored_but_are_no_success(
    strong: World, decided: triage.TriageDecision
) -> None:
    def hidden(rows: pd.DataFrame) -> pd.DataFrame:
        outcomes = rows["is_failure"].astype(object)
        outcomes[::2] = None
        return rows.assign(is_failure=outcomes)

    features = with_evaluation(strong.features.astype({"is_failure": object}), hidden)
    decision = triage.decide(features, strong.windows, KNOBS)
    assert len(decision.queue) == len(decided.queue)
    assert_frame_equal(
        decision.queue[["interaction_id", "proba_failure"]],
        decided.queue[["interaction_id", "proba_failure"]],
    )
    known = sum(
        decision.policy["policies"][0][name] for name in ("tn", "fp", "fn", "tp")
    )
    assert known == len(decided.queue) // 2
    assert decision.policy["policies"][2]["mean_reviews_per_day"] == pytest.approx(
        decided.policy["policies"][2]["mean_reviews_per_day"]
    )


def test_one_session_is_no_evidence_against_the_trivial_policy(strong: World) -> None:
    one = with_evaluation(strong.features, lambda rows: rows.assign(session_id="s"))
    decision = triage.decide(one, windows_of(one), KNOBS)
    assert decision.verdict == "review_all"
    assert decision.policy["value"]["cost_minus_best_trivial_usd"]["high"] is None


@pytest.mark.parametrize("outcome", [True, False])
def test_evaluation_of_one_kind_of_outcome_decides_something_trivial(
    strong: World, outcome: bool
) -> None:
    features = with_evaluation(
        strong.features, lambda rows: rows.assign(is_failure=outcome)
    )
    decision = triage.decide(features, strong.windows, KNOBS)
    assert decision.verdict == ("review_all" if outcome else "review_none")
    assert decision.policy["discrimination"]["roc_auc"]["value"] is None
    assert "calibration_not_evaluable" in decision.reasons

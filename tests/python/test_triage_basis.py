import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score
from triage_world import KNOBS, World, world

from llm_telemetry import triage
from llm_telemetry.triage import failure_model, model_choice
from llm_telemetry.triage.discrimination import roc_auc
from llm_telemetry.triage.inputs import failed
from llm_telemetry.triage.slices import calibration_by_slice


@pytest.fixture(scope="module")
def strong() -> World:
    return world()


@pytest.fixture(scope="module")
def decided(strong: World) -> triage.TriageDecision:
    return triage.decide(strong.features, strong.windows, KNOBS)


def crossing(rows: int, seed: int) -> pd.DataFrame:
    """Return calls that fail where a use case meets a tier, and not by either alone."""
    features = world(rows, seed=seed, signal=0, base=0).features
    meets = (features["use_case"] == "coding") == (features["account_tier"] == "free")
    draws = np.random.default_rng(seed).random(rows)
    return features.assign(is_failure=draws < np.where(meets, 0.4, 0.1))


def chosen(features: pd.DataFrame) -> model_choice.ModelChoice:
    return model_choice.choose(features, failed(features), seed=1, max_rows=4000)


def test_crossed_names_are_chosen_where_names_interact() -> None:
    choice = chosen(crossing(4000, seed=1))
    assert choice.is_crossed
    assert not choice.is_boosting_better


def test_crossed_names_are_left_out_where_names_say_nothing() -> None:
    drawn = [
        chosen(world(1200, seed=seed, signal=0, base=-1).features) for seed in range(8)
    ]
    # one standard error is crossed by chance once in six times: 4 of 8 is 1 in 50
    assert sum(choice.is_crossed for choice in drawn) <= 3


def test_boosting_is_named_where_it_predicts_better() -> None:
    features = world(4000, seed=2, signal=0, base=0).features
    odd = (np.log(features["latency_ms"]) * 4).astype(int) % 2 == 0
    draws = np.random.default_rng(2).random(4000)
    features = features.assign(is_failure=draws < np.where(odd, 0.4, 0.05))
    assert chosen(features).is_boosting_better


def test_models_are_compared_on_whole_sessions_only() -> None:
    sessions = pd.Series(np.repeat([f"s{number}" for number in range(100)], 3))
    drawn, folds = model_choice._drawn_sessions(sessions, seed=1, max_rows=150)
    assert 150 <= drawn.sum() <= 152
    assert (pd.Series(folds).groupby(sessions[drawn].to_numpy()).nunique() == 1).all()
    assert (sessions[drawn].value_counts() == 3).all()


def test_area_under_the_curve_is_sklearns_and_its_error_counts_sessions() -> None:
    generator = np.random.default_rng(1)
    scores = generator.random(400).round(2)
    outcomes = (generator.random(400) < scores).astype(float)
    once = roc_auc(scores, outcomes, np.arange(400))
    twice = roc_auc(np.tile(scores, 2), np.tile(outcomes, 2), np.tile(range(400), 2))
    assert once.value == pytest.approx(roc_auc_score(outcomes, scores))
    assert twice.value == pytest.approx(once.value)
    assert twice.se == pytest.approx(once.se)
    draws = [generator.integers(0, 400, 400) for _ in range(400)]
    spread = np.std([roc_auc_score(outcomes[rows], scores[rows]) for rows in draws])
    assert once.se == pytest.approx(spread, rel=0.15)


def test_slices_that_are_off_are_flagged_and_others_seldom() -> None:
    flags = []
    for seed in range(20):
        generator = np.random.default_rng(seed)
        names = pd.DataFrame({"region": generator.choice(list("abcdefgh"), 8000)})
        sessions = np.arange(8000) // 2
        probabilities = generator.uniform(0.1, 0.5, 8000)
        is_bad = (names["region"] == "c").to_numpy() & (seed < 5)
        truth = probabilities * np.where(is_bad, 1.6, 1)
        outcomes = (generator.random(8000) < truth).astype(float)
        rows = calibration_by_slice(names, probabilities, outcomes, sessions)
        flags.append({row["name"] for row in rows if row["is_off"]})
        far = {row["name"] for row in rows if row["is_far_off"]}
        assert far <= flags[-1]
        assert ("c" in far) == (seed < 5)
    # a level of .05 for any flag at all
    assert sum(bool(found) for found in flags[5:]) <= 3


def test_sensitivity_says_where_the_verdict_flips(
    strong: World, decided: triage.TriageDecision
) -> None:
    rows = pd.DataFrame(decided.basis.sensitivity)
    assert len(rows) == 27
    ratio = rows["review_cost"] / (
        rows["review_repair_share"] * rows["triage_fn_cost_usd"]
    )
    assert rows["break_even_threshold"].tolist() == pytest.approx(ratio.tolist())
    assert (rows["flips"] == (rows["verdict"] != decided.verdict)).all()
    # the same price of a failure is the same verdict, whatever the currency
    assert rows.groupby(ratio.round(9))["verdict"].nunique().max() == 1
    for row in rows.sample(3, random_state=1).to_dict("records"):
        again = KNOBS | {
            name: row[name]
            for name in ("review_cost", "triage_fn_cost_usd", "review_repair_share")
        }
        assert (
            triage.decide(strong.features, strong.windows, again).verdict
            == (row["verdict"])
        )


def test_verdict_falls_to_review_none_as_a_review_costs_more(strong: World) -> None:
    order = ["review_all", "threshold", "review_none"]
    verdicts = [
        triage.decide(
            strong.features, strong.windows, KNOBS | {"review_cost": cost}
        ).verdict
        for cost in (0.01, 2.0, 60.0)
    ]
    assert verdicts == order


def test_basis_says_what_the_verdict_stands_on(decided: triage.TriageDecision) -> None:
    basis = decided.basis
    diagnostics = {row["name"]: row for row in basis.diagnostics}
    assert all(row["is_met"] for row in basis.diagnostics), diagnostics
    assert {
        "failures_learned_from",
        "window_overlap_rate",
        "observed_over_expected",
        "calibration_slope",
        "expected_calibration_error",
        "slices_far_off_calibration",
        "log_loss_gain_of_boosting",
        "skipped_failure_rate_ceiling",
    } <= set(diagnostics)
    assert [row["name"] for row in basis.constraints] == [
        "mean_reviews_per_day",
        "p90_reviews_per_day",
    ]
    assert {row["status"] for row in basis.assumptions} == {"checked", "untestable"}
    assert basis.expires_on


def test_power_is_that_of_a_normal_test(decided: triage.TriageDecision) -> None:
    (row,) = decided.basis.power
    se = decided.estimates["cost_minus_best_trivial_usd"].se
    effect = row["detectable_difference"] / se
    assert stats.norm.sf(stats.norm.ppf(0.975) - effect) == pytest.approx(0.8)


def test_a_refusal_still_says_what_it_lacks(strong: World) -> None:
    never = strong.features.assign(is_failure=False)
    basis = triage.decide(never, strong.windows, KNOBS).basis
    (lacking,) = (row for row in basis.diagnostics if row["is_met"] is False)
    assert (lacking["name"], lacking["value"], lacking["limit"]) == (
        "failures_learned_from",
        0,
        50,
    )


def test_capacity_holds_the_policy_with_its_audits(strong: World) -> None:
    knobs = KNOBS | {"capacity_per_day": 20.0, "capacity_p90_guard": 20.0}
    rows = triage.decide(strong.features, strong.windows, knobs).basis.constraints
    assert all(row["is_met"] and row["limit"] == 20 for row in rows)


def test_scorecard_without_a_model_has_no_rows(strong: World) -> None:
    never = strong.features.assign(is_failure=False)
    refused = triage.decide(never, strong.windows, KNOBS).scorecard
    fitted = triage.decide(strong.features, strong.windows, KNOBS).scorecard
    assert refused.empty
    assert list(refused.columns) == list(fitted.columns)
    assert fitted["term"].is_unique
    features = failure_model.NUMERIC + failure_model.CATEGORICAL
    assert set(features) <= set(fitted["feature"].dropna())

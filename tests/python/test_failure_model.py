import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from triage_world import world

from llm_telemetry.triage import failure_model


@pytest.fixture(scope="module")
def history() -> pd.DataFrame:
    return world(6000).features.query("decision_window == 'history'")


def labels(rows: pd.DataFrame) -> np.ndarray:
    return rows["is_failure"].to_numpy(float)


def test_unweighted_model_is_calibrated_where_a_balanced_one_is_not() -> None:
    drawn = world(12_000)
    rows = drawn.features
    fitted, unseen = rows[:8000], rows[8000:]
    truth = drawn.truth[8000:].to_numpy()
    model = failure_model.fit(fitted, labels(fitted), seed=1)
    scores = expit(failure_model.scorecard(model).log_odds(unseen))
    assert abs(scores - truth).mean() < 0.02

    balanced = failure_model.failure_model(1)
    balanced.set_params(regression__class_weight="balanced")
    inputs = failure_model.inputs
    balanced.fit(inputs(fitted), labels(fitted))
    weighted = balanced.predict_proba(inputs(unseen))[:, 1]
    assert abs(weighted - truth).mean() > 0.15


def test_names_never_seen_and_missing_values_are_scored(history: pd.DataFrame) -> None:
    model = failure_model.fit(history, labels(history), seed=1)
    strange = history.head(3).astype({"prompt_tokens": float}).reset_index(drop=True)
    strange.loc[0, "use_case"] = "never_seen"
    strange.loc[1, ["use_case", "latency_ms", "prompt_tokens"]] = None
    strange.loc[2, "latency_ms"] = -5
    assert np.isfinite(failure_model.scorecard(model).log_odds(strange)).all()


def test_a_missing_value_may_mean_something(history: pd.DataFrame) -> None:
    timed_out = labels(history).astype(bool) & (np.arange(len(history)) % 2 == 0)
    rows = history.assign(latency_ms=history["latency_ms"].mask(timed_out))
    model = failure_model.fit(rows, labels(rows), seed=1)
    scores = failure_model.scorecard(model).log_odds(rows)
    assert scores[timed_out].mean() > scores[~timed_out].mean() + 2


def test_columns_without_any_value_do_no_harm(history: pd.DataFrame) -> None:
    rows = history.assign(tool_calls_count=None, segment=None)
    model = failure_model.fit(rows, labels(rows), seed=1)
    assert np.isfinite(failure_model.scorecard(model).log_odds(rows)).all()
    assert failure_model.described(model)["medians_of_log1p"]["tool_calls_count"] == 0


@pytest.mark.parametrize("is_crossed", [False, True])
def test_on_history_as_many_failures_are_expected_as_there_were(
    history: pd.DataFrame, is_crossed: bool
) -> None:
    model = failure_model.fit(history, labels(history), seed=1, is_crossed=is_crossed)
    expected = expit(failure_model.scorecard(model).log_odds(history)).sum()
    assert expected == pytest.approx(labels(history).sum(), rel=1e-3)


@pytest.mark.parametrize("is_crossed", [False, True])
def test_scorecard_scores_as_the_regression_does(
    history: pd.DataFrame, is_crossed: bool
) -> None:
    rows = history.astype({"prompt_tokens": float}).reset_index(drop=True)
    rows.loc[::7, ["latency_ms", "use_case"]] = None
    model = failure_model.fit(rows, labels(rows), seed=1, is_crossed=is_crossed)
    scorecard = failure_model.scorecard(model)
    rows.loc[::5, "account_tier"] = "never_seen"
    rows.loc[::11, ["prompt_tokens", "model_name"]] = None
    rows.loc[::13, "cost_usd"] = -1.0
    theirs = model.predict_proba(failure_model.inputs(rows))[:, 1]
    assert np.abs(scorecard.probabilities(rows) - theirs).max() < 1e-9
    assert scorecard.log_odds(rows[:0]).tolist() == []


def test_description_is_enough_to_score_elsewhere(history: pd.DataFrame) -> None:
    model = failure_model.fit(history, labels(history), seed=1)
    told = failure_model.described(model)
    row = history.iloc[0]
    score = told["intercept"]
    for name in told["numeric_features"]:
        scaled = (np.log1p(row[name]) - told["means"][name]) / told["scales"][name]
        score += told["coefficients"][name] * scaled
    for name in told["categorical_features"]:
        score += told["coefficients"][f"{name}_{row[name]}"]
    assert score == pytest.approx(failure_model.scorecard(model).log_odds(history)[0])

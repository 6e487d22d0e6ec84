"""Planted quality of models: rates find it, the usual means do not."""

from dataclasses import replace

import duckdb
import numpy as np
import pandas as pd
import pytest
from quality_frames import calls_of, load, without_disagreement
from rendered_models import build

from llm_telemetry.simulate import Simulation, simulate, worlds

SEEDS = range(5)
CERTAIN, AUDIT_PROBABILITY = 0.02, 0.03


@pytest.fixture(scope="module")
def real() -> Simulation:
    return simulate("real", interactions=40_000, seed=11)


def test_answers_leave_the_calls_as_they_are(real: Simulation) -> None:
    without = replace(worlds.REAL, answers=None)
    others = simulate(without, interactions=40_000, seed=11)
    pd.testing.assert_frame_equal(real.interactions, others.interactions)
    assert others.answers.columns.empty
    assert others.truth["quality"] is None


def test_answers_are_bad_at_their_true_probability(real: Simulation) -> None:
    answers = real.answers
    chance = answers["bad_probability"]
    spread = np.sqrt((chance * (1 - chance)).sum())
    assert abs((answers["is_bad"] - chance).sum()) < 3.5 * spread
    error = (answers["score"] - answers["expected_score"]).std() / len(answers) ** 0.5
    assert answers["score"].mean() == pytest.approx(
        answers["expected_score"].mean(), abs=3.5 * error
    )
    assert answers["score"].between(0, 1).all()


def test_the_truth_is_the_mean_of_the_probabilities_of_a_model(
    real: Simulation,
) -> None:
    means = real.answers.groupby(_models(real)).mean()
    true = _truth(real)
    assert len(true) == len(worlds.REAL.arms)
    for true_column, column in (
        ("bad_answer_rate", "bad_probability"),
        ("evaluator_mean", "expected_score"),
    ):
        assert (true[true_column] - means[column]).abs().max() < 1e-6


@pytest.fixture(scope="module")
def rates() -> pd.DataFrame:
    """One row per seed and model: rate, truth, and the usual means."""
    return pd.concat([_rates(seed) for seed in SEEDS], ignore_index=True)


def test_rates_contain_the_planted_quality(rates: pd.DataFrame) -> None:
    # a smoke test of five seeds; the calibration measures the coverage
    # where few answers are bad, the scores may add nothing
    assert rates["rate"].notna().all()
    assert (rates["verdict"] == "rate").sum() >= 30
    inside = rates["bad_answer_rate"].between(rates["rate_low"], rates["rate_high"])
    # at 95 % fewer than 34 of 40 have a probability below .5 %
    assert inside.sum() >= 34
    assert abs((rates["rate"] - rates["bad_answer_rate"]).mean()) < 0.015
    width = (rates["rate_high"] - rates["rate_low"]).mean()
    alone = rates["labels_only_rate_high"] - rates["labels_only_rate_low"]
    assert width < 0.85 * alone.mean()


def test_the_usual_means_do_not_find_it(rates: pd.DataFrame) -> None:
    true = rates["bad_answer_rate"]
    # the mean of the scores orders the models the wrong way round
    assert rates["evaluator_mean"].corr(true, method="spearman") < -0.9
    assert rates["rate"].corr(true, method="spearman") > 0.8
    naive, size = rates["reviewed_mean"], rates["reviewed"]
    error = 1.96 * np.sqrt(naive * (1 - naive) / size)
    assert ((naive - true).abs() <= error).mean() < 0.5
    assert (naive - true).mean() > 0.1


def _rates(seed: int) -> pd.DataFrame:
    simulation = simulate("real", seed=seed)
    answers, models = simulation.answers, _models(simulation)
    rng = np.random.default_rng(seed)
    # the queue: the riskiest calls for certain, others by chance
    risk = answers["score"] + 0.3 * rng.standard_normal(len(answers))
    is_certain = risk.rank(pct=True) > 1 - CERTAIN
    is_drawn = is_certain | (rng.random(len(answers)) < AUDIT_PROBABILITY)
    calls = calls_of(
        simulation.interactions["session_id"].to_numpy(),
        answers["score"].to_numpy(),
        answers["is_bad"].to_numpy(float),
        is_drawn.to_numpy(),
        np.where(is_certain, 1.0, AUDIT_PROBABILITY),
        models.to_numpy(),
    )
    with duckdb.connect() as connection:
        load(connection, calls)
        without_disagreement(connection)
        build(connection, "int_review_agreement", "quality_rates")
        found = connection.sql(
            "from quality_rates where scope_kind = 'model' and evaluator = 'e'"
        ).df()
    reviewed = answers["is_bad"][is_drawn].groupby(models[is_drawn])
    usual = {"reviewed_mean": reviewed.mean(), "reviewed": reviewed.size()}
    known = _truth(simulation).drop(columns="evaluator_mean").assign(**usual)
    return found.join(known, on="scope")


def _models(simulation: Simulation) -> pd.Series:
    log = simulation.interactions.set_index("interaction_id")
    return log["model_provider"] + "/" + log["model_name"]


def _truth(simulation: Simulation) -> pd.DataFrame:
    true = pd.DataFrame(simulation.truth["quality"])
    model = true["model_provider"] + "/" + true["model_name"]
    return true.set_index(model).drop(columns=["model_provider", "model_name"])

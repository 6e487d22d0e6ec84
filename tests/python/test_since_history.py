"""Later calls against history's failure model, with the noise of its fit."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from triage_world import KNOBS, World, world

from llm_telemetry import triage
from llm_telemetry.decisions.statistics import clustered_ratio
from llm_telemetry.triage import failure_model
from llm_telemetry.triage.calibration import calibration_line
from llm_telemetry.triage.calibration_map import CalibrationMap
from llm_telemetry.triage.fit_noise import FOLDS, FitNoise, noise_of_fit
from llm_telemetry.triage.inputs import failed
from llm_telemetry.triage.since_history import compare_with_history, expected_score

SEED = 1
LEVEL, SLOPE = "observed_over_expected", "calibration_slope"


@dataclass(frozen=True)
class Window:
    """Rows with their outcomes and sessions."""

    rows: pd.DataFrame
    failed: np.ndarray
    sessions: np.ndarray

    @classmethod
    def of(cls, rows: pd.DataFrame) -> "Window":
        sessions, _ = pd.factorize(rows["session_id"])
        return cls(rows, failed(rows), sessions)


def fitted(history: Window) -> FitNoise:
    model = failure_model.fit(history.rows, history.failed, seed=SEED)
    noise = noise_of_fit(model, *vars(history).values(), seed=SEED)
    assert noise is not None
    return noise


def log_odds(noise: FitNoise, window: Window) -> np.ndarray:
    return failure_model.scorecard(noise.model).log_odds(window.rows)


@pytest.fixture(scope="module")
def history() -> Window:
    return Window.of(world(900, seed=1, signal=0.7, base=-1).features)


@pytest.fixture(scope="module")
def later() -> Window:
    return Window.of(world(600, seed=2, signal=0.7, base=-1).features)


@pytest.fixture(scope="module")
def noise(history: Window) -> FitNoise:
    return fitted(history)


def test_no_session_is_predicted_by_a_fit_that_saw_it(
    history: Window, noise: FitNoise
) -> None:
    order = np.random.default_rng(SEED).permutation(history.sessions.max() + 1)
    unseen = (order % FOLDS)[history.sessions] == 2
    again = failure_model.fit(history.rows[~unseen], history.failed[~unseen], seed=SEED)
    left_out = history.rows[unseen]
    oracle = failure_model.scorecard(again).log_odds(left_out)
    of_all = failure_model.scorecard(noise.model).log_odds(left_out)
    # one step of Newton's method, and the scales of numbers stay those of all rows
    error = np.linalg.norm(noise.log_odds[unseen] - oracle)
    assert error < 0.1 * np.linalg.norm(of_all - oracle)


def test_influence_is_that_of_leaving_sessions_out(
    history: Window, later: Window, noise: FitNoise
) -> None:
    pulls = np.column_stack([np.ones(len(later.rows)), later.failed])
    sums = pulls.T @ log_odds(noise, later)
    influence = noise.influence(later.rows, pulls)
    moved, stated = [], []
    for session in range(0, history.sessions.max() + 1, 10):
        kept = history.sessions != session
        without = Window.of(history.rows[kept])
        model = failure_model.fit(without.rows, without.failed, seed=SEED)
        again = failure_model.scorecard(model).log_odds(later.rows)
        moved.append(sums - pulls.T @ again)
        stated.append(influence[~kept].sum(axis=0))
    for one, other in zip(np.transpose(moved), np.transpose(stated), strict=True):
        assert np.corrcoef(one, other)[0, 1] > 0.98
        assert np.std(other) == pytest.approx(np.std(one), rel=0.1)


def test_errors_of_both_windows_add_up(
    history: Window, later: Window, noise: FitNoise
) -> None:
    scores = log_odds(noise, later)
    found = compare_with_history(noise, *vars(later).values(), scores)
    _, own = calibration_line(expit(noise.log_odds), history.failed, history.sessions)
    _, slope = calibration_line(expit(scores), later.failed, later.sessions)
    ratio = clustered_ratio(later.failed, expit(scores), later.sessions)
    assert found[LEVEL].expected == 1
    # a fit to all rows is by a fifth less optimistic than one to four fifths
    assert found[SLOPE].expected == pytest.approx(1 - 0.8 * (1 - own.value))
    assert found[SLOPE].expected < 1
    # of as many rows, history's noise is as large as the later window's
    wider = (1 + len(later.rows) / len(history.rows)) ** 0.5
    for name, alone in ((LEVEL, ratio), (SLOPE, slope)):
        assert found[name].estimate.value == pytest.approx(alone.value)
        assert found[name].estimate.se / alone.se == pytest.approx(wider, rel=0.12)


def test_a_rare_context_makes_the_fit_noisier_than_its_size(
    history: Window, noise: FitNoise
) -> None:
    """Later calls of one use case: history's error is that of its calls of that."""
    drawn = world(1800, seed=3, signal=0.7, base=-1).features
    coding = Window.of(drawn[drawn["use_case"] == "coding"].reset_index(drop=True))
    scores = log_odds(noise, coding)
    found = compare_with_history(noise, *vars(coding).values(), scores)[LEVEL].estimate
    alone = clustered_ratio(coding.failed, expit(scores), coding.sessions)
    by_size = alone.se * (len(coding.rows) / len(history.rows)) ** 0.5
    assert (found.se**2 - alone.se**2) ** 0.5 > 1.2 * by_size


def test_calls_that_fail_more_are_seen(noise: FitNoise) -> None:
    worse = Window.of(world(900, seed=4, signal=0.7, base=0).features)
    found = compare_with_history(noise, *vars(worse).values(), log_odds(noise, worse))
    assert found[LEVEL].difference > 0.2
    assert found[LEVEL].p_value < 1e-4


def test_scores_that_separate_nothing_have_no_slope() -> None:
    blank = fitted(Window.of(world(900, seed=5, signal=0, base=-1).features))
    later = Window.of(world(600, seed=6, signal=0, base=-1).features)
    found = compare_with_history(blank, *vars(later).values(), log_odds(blank, later))
    assert set(found) == {LEVEL}


def test_failures_that_are_no_longer_recorded_are_seen(
    noise: FitNoise, later: Window
) -> None:
    silent = Window.of(later.rows.assign(is_failure=False))
    found = compare_with_history(noise, *vars(silent).values(), log_odds(noise, silent))
    assert found[LEVEL].difference < -0.9
    assert found[LEVEL].p_value < 1e-4


def test_too_few_outcomes_are_not_compared(noise: FitNoise, later: Window) -> None:
    few = Window.of(later.rows[:40])
    assert not compare_with_history(noise, *vars(few).values(), log_odds(noise, few))


def test_history_of_one_session_has_no_noise_to_know(history: Window) -> None:
    model = failure_model.fit(history.rows, history.failed, seed=SEED)
    together = np.zeros(len(history.rows), dtype=np.int64)
    assert noise_of_fit(model, history.rows, history.failed, together, seed=1) is None


def test_the_score_expected_of_later_calls_is_that_of_sessions_left_out(
    noise: FitNoise, later: Window
) -> None:
    expected = expected_score(noise, later.rows, log_odds(noise, later))
    residuals = noise.failed - expit(noise.log_odds)
    own = np.array([residuals.mean(), (residuals * noise.log_odds).mean()])
    assert expected.mean == pytest.approx(0.8 * own)
    assert np.linalg.eigvalsh(expected.covariance).min() > 0


def test_the_map_that_triage_chose_changes_no_comparison(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn: World = world(1500, seed=7, signal=0.7, base=-1)
    plain = triage.decide(drawn.features, drawn.windows, KNOBS)
    assert plain.policy["calibration"]["map"]["method"] == "identity"
    steep = CalibrationMap("sigmoid", "shift_found", 0.6, 0.5, 0.01, 200, 50)
    monkeypatch.setattr(triage, "choose_calibration", lambda *_: steep)
    mapped = triage.decide(drawn.features, drawn.windows, KNOBS)
    assert mapped.estimates != plain.estimates
    assert mapped.since_history == plain.since_history

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.special import expit
from sklearn.calibration import calibration_curve
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss

from llm_telemetry.triage.calibration import (
    BINS,
    calibration_bins,
    calibration_line,
    calibration_report,
    expected_calibration_error,
    failure_rate_ceiling,
    null_calibration_errors,
    residual_design_effect,
)
from llm_telemetry.triage.calibration_map import (
    CalibrationMap,
    MeanScore,
    choose_calibration,
    choose_line,
    fit_line,
    log_likelihood,
    log_losses,
    mean_score,
    shift_p_value,
)


def drawn(
    rows: int, seed: int, intercept: float = 0.0, slope: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Return logits, and outcomes whose true log odds are intercept + slope * logit."""
    generator = np.random.default_rng(seed)
    logits = generator.normal(-1, 1, rows)
    truth = expit(intercept + slope * logits)
    return logits, (generator.random(rows) < truth).astype(float)


def test_line_is_the_unpenalised_logistic_regression() -> None:
    logits, outcomes = drawn(500, seed=1, intercept=0.7, slope=0.6)
    oracle = LogisticRegression(C=np.inf, tol=1e-10).fit(logits[:, None], outcomes)
    intercept, slope = fit_line(logits, outcomes)
    assert intercept == pytest.approx(oracle.intercept_[0], abs=1e-5)
    assert slope == pytest.approx(oracle.coef_[0, 0], abs=1e-5)


def test_line_ends_where_logits_separate_the_outcomes() -> None:
    logits = np.linspace(-2, 2, 100)
    outcomes = (logits > 0).astype(float)
    intercept, slope = fit_line(logits, outcomes)
    assert np.isfinite([intercept, slope]).all()
    assert slope > 5


def chosen_alone(logits: np.ndarray, outcomes: np.ndarray) -> CalibrationMap:
    """Choose a line where each call is a session of its own."""
    return choose_line(logits, outcomes, np.arange(len(logits)))


def test_no_shift_mostly_leaves_the_scores_alone() -> None:
    methods = [chosen_alone(*drawn(400, seed)).method for seed in range(200)]
    # a test at .05 that holds its level; six standard errors of .0154
    assert methods.count("sigmoid") / 200 <= 0.05 + 6 * 0.0154
    assert methods.count("sigmoid") > 0


def test_calls_of_one_session_ask_for_no_map_together() -> None:
    """A likelihood-ratio test, which counts calls, asks for a map in a third."""
    asked = 0
    for seed in range(200):
        logits, outcomes = drawn(100, seed)
        repeated = np.repeat(logits, 4), np.repeat(outcomes, 4)
        chosen = choose_line(*repeated, np.repeat(np.arange(100), 4))
        asked += chosen.method == "sigmoid"
        assert chosen.p_value == pytest.approx(
            shift_p_value(mean_score(logits, outcomes, np.arange(100)))
        )
    assert asked / 200 <= 0.05 + 3 * 0.0154


def test_shift_test_is_hotellings() -> None:
    """T squared is the largest squared t of any weighting of the two scores."""
    logits, outcomes = drawn(60, seed=2, intercept=0.4)
    sessions = np.arange(60) // 3
    residuals = outcomes - expit(logits)
    sums = [np.bincount(sessions, residuals * one) for one in (1.0, logits)]
    angles = np.linspace(0, np.pi, 20_001)
    values = stats.ttest_1samp(
        np.outer(sums[0], np.cos(angles)) + np.outer(sums[1], np.sin(angles)), 0
    ).statistic
    oracle = stats.f.sf(np.max(values**2) * 18 / (2 * 19), 2, 18)
    ours = shift_p_value(mean_score(logits, outcomes, sessions))
    assert ours == pytest.approx(oracle, rel=1e-6)


def test_equal_logits_are_tested_by_students_t() -> None:
    _, outcomes = drawn(90, seed=3)
    sessions = np.arange(90) // 3
    sums = np.bincount(sessions, outcomes - expit(-1.0))
    ours = shift_p_value(mean_score(np.full(90, -1.0), outcomes, sessions))
    assert ours == pytest.approx(stats.ttest_1samp(sums, 0).pvalue)


def test_a_line_that_history_expects_is_no_shift() -> None:
    logits, outcomes = drawn(2000, seed=4, intercept=0.5)
    score = mean_score(logits, outcomes, np.arange(2000))
    assert shift_p_value(score) < 1e-6
    expected = MeanScore(score.mean, score.covariance, 2000)
    assert shift_p_value(score, expected) == pytest.approx(1)


def test_large_shift_is_mapped_and_the_map_helps_on_new_rows() -> None:
    for seed in range(20):
        chosen = chosen_alone(*drawn(400, seed, intercept=1.5, slope=0.5))
        logits, outcomes = drawn(2000, 1000 + seed, intercept=1.5, slope=0.5)
        assert chosen.method == "sigmoid"
        mapped = chosen.intercept + chosen.slope * logits
        assert log_likelihood(mapped, outcomes) > log_likelihood(logits, outcomes)


@pytest.mark.parametrize(
    ("rows", "failures", "reason"),
    [
        (0, 0, "no_calibration_window"),
        (500, 19, "calibration_window_too_small"),
        (500, 481, "calibration_window_too_small"),
    ],
)
def test_too_little_to_calibrate_on_is_named(
    rows: int, failures: int, reason: str
) -> None:
    outcomes = (np.arange(rows) < failures).astype(float)
    chosen = chosen_alone(np.linspace(-3, 3, rows), outcomes)
    assert (chosen.method, chosen.reason) == ("identity", reason)
    assert chosen.apply(np.zeros(1)).tolist() == [0.5]


def test_scores_that_point_the_wrong_way_become_flat() -> None:
    logits, outcomes = drawn(2000, seed=3)
    chosen = chosen_alone(-logits, outcomes)
    assert chosen.slope == 0
    assert chosen.apply(np.array([-3.0, 3.0])) == pytest.approx([outcomes.mean()] * 2)


def test_line_error_counts_sessions_and_not_rows() -> None:
    logits, outcomes = drawn(300, seed=4)
    sessions = np.arange(300) // 3
    once = calibration_line(expit(logits), outcomes, sessions)
    twice = calibration_line(
        expit(np.tile(logits, 2)), np.tile(outcomes, 2), np.tile(sessions, 2)
    )
    for single, double in zip(once, twice, strict=True):
        assert double.value == pytest.approx(single.value, abs=1e-8)
        assert double.se == pytest.approx(single.se, abs=1e-8)


def test_line_interval_covers_the_truth() -> None:
    covered = 0
    for seed in range(200):
        logits, outcomes = drawn(300, seed)
        _, slope = calibration_line(expit(logits), outcomes, np.arange(300))
        covered += slope.low <= 1 <= slope.high
    # .95 less four standard errors of .0154
    assert covered / 200 >= 0.95 - 4 * 0.0154


def test_one_probability_for_all_has_no_slope() -> None:
    outcomes = np.tile([0.0, 0.0, 1.0], 40)
    intercept, slope = calibration_line(np.full(120, 0.3), outcomes, np.arange(120))
    assert np.isnan([intercept.value, slope.value, slope.low]).all()


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**6), st.integers(10, 400))
def test_calibration_error_agrees_with_sklearn(seed: int, rows: int) -> None:
    generator = np.random.default_rng(seed)
    # few distinct values: many ties, and bins without rows
    probabilities = np.round(generator.random(rows), 1)
    outcomes = (generator.random(rows) < probabilities).astype(float)
    observed, predicted = calibration_curve(
        outcomes, probabilities, n_bins=10, strategy="quantile"
    )
    edges = np.percentile(probabilities, np.linspace(0, 1, 11) * 100)
    bins = np.bincount(np.searchsorted(edges[1:-1], probabilities))
    oracle = (bins[bins > 0] * np.abs(observed - predicted)).sum() / rows
    ours = expected_calibration_error(probabilities, outcomes)
    assert ours == pytest.approx(oracle, abs=1e-12)


@given(st.integers(0, 2**32 - 1), st.integers(1, 300), st.floats(1, 5))
@settings(max_examples=50, deadline=None)
def test_bins_hold_every_call_once_and_rates_within_their_intervals(
    seed: int, rows: int, effect: float
) -> None:
    generator = np.random.default_rng(seed)
    probabilities = generator.uniform(0, 1, rows).round(2)
    outcomes = generator.binomial(1, probabilities).astype(float)
    bins = calibration_bins(probabilities, outcomes, design_effect=effect)
    assert 1 <= len(bins) <= BINS
    assert sum(one["rows"] for one in bins) == rows
    assert sum(one["failures"] for one in bins) == outcomes.sum()
    expected = sum(one["rows"] * one["expected_rate"] for one in bins)
    assert expected == pytest.approx(probabilities.sum())
    for one in bins:
        low, high = one["failure_rate_low"], one["failure_rate_high"]
        assert 0 <= low <= one["failure_rate"] <= high <= 1


def test_the_interval_of_a_bin_is_that_of_clopper_and_pearson() -> None:
    outcomes = np.zeros(40)
    outcomes[:8] = 1
    (one,) = calibration_bins(np.full(40, 0.2), outcomes)
    exact = stats.binomtest(8, 40).proportion_ci(method="exact")
    assert one["failure_rate_low"] == pytest.approx(exact.low)
    assert one["failure_rate_high"] == pytest.approx(exact.high)
    (none,) = calibration_bins(np.full(40, 0.2), np.zeros(40))
    assert none["failure_rate_low"] == 0
    (wider,) = calibration_bins(np.full(40, 0.2), outcomes, design_effect=2)
    assert wider["failure_rate_high"] > one["failure_rate_high"]


def test_null_of_the_error_agrees_with_single_draws() -> None:
    probabilities = np.random.default_rng(5).beta(2, 5, 800)
    generator = np.random.default_rng(6)
    oracle = [
        expected_calibration_error(
            probabilities, (generator.random(800) < probabilities).astype(float)
        )
        for _ in range(1000)
    ]
    null = null_calibration_errors(probabilities, seed=7)
    error_of_means = np.hypot(np.std(oracle) / 1000**0.5, null.std() / 2000**0.5)
    assert abs(null.mean() - np.mean(oracle)) < 4 * error_of_means
    assert np.quantile(null, 0.95) == pytest.approx(np.quantile(oracle, 0.95), rel=0.05)


def test_null_is_the_same_for_the_same_seed() -> None:
    probabilities = np.linspace(0.01, 0.99, 200)
    first, again, other = (
        null_calibration_errors(probabilities, seed=seed, draws=50)
        for seed in (1, 1, 2)
    )
    assert (first == again).all()
    assert (first != other).any()


def test_losses_agree_with_sklearn() -> None:
    logits, outcomes = drawn(500, seed=8)
    report = calibration_report(expit(logits), outcomes, np.arange(500) // 4, seed=1)
    brier, loss = report.estimates["brier_score"], report.estimates["log_loss"]
    assert brier.value == pytest.approx(brier_score_loss(outcomes, expit(logits)))
    assert loss.value == pytest.approx(log_loss(outcomes, expit(logits)))
    assert (loss.n, loss.clusters) == (500, 125)


@pytest.mark.parametrize(
    ("intercept", "slope", "is_miscalibrated"),
    [(0.0, 1.0, False), (1.0, 1.0, True), (0.0, 0.3, True)],
)
def test_probabilities_surely_wrong_are_miscalibrated(
    intercept: float, slope: float, is_miscalibrated: bool
) -> None:
    logits, outcomes = drawn(4000, seed=9, intercept=intercept, slope=slope)
    report = calibration_report(expit(logits), outcomes, np.arange(4000), seed=1)
    assert report.is_miscalibrated is is_miscalibrated


def test_few_failures_cannot_condemn_probabilities() -> None:
    outcomes = np.zeros(60)
    report = calibration_report(np.full(60, 0.3), outcomes, np.arange(60), seed=1)
    assert not report.is_evaluable
    assert not report.is_miscalibrated


@given(st.integers(1, 300), st.data())
def test_ceiling_is_the_exact_binomial_bound(rows: int, data: st.DataObject) -> None:
    failures = data.draw(st.integers(0, rows))
    exact = stats.binomtest(failures, rows).proportion_ci(0.9, method="exact")
    assert failure_rate_ceiling(failures, rows) == pytest.approx(exact.high, abs=1e-9)


def test_fifty_nine_clean_rows_certify_a_skip_set_at_the_default_threshold() -> None:
    assert failure_rate_ceiling(0, 59) <= 0.05 < failure_rate_ceiling(0, 58)
    assert failure_rate_ceiling(0, 0) == 1


def bent(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return logits whose truth is a step, outcomes and sessions of two calls."""
    generator = np.random.default_rng(seed)
    logits = generator.normal(-1, 1, rows)
    truth = np.where(logits > -1, 0.5, 0.1)
    outcomes = (generator.random(rows) < truth).astype(float)
    return logits, outcomes, np.arange(rows) // 2


def test_knots_are_drawn_where_no_line_fits_and_help_on_new_rows() -> None:
    chosen = choose_calibration(*bent(6000, seed=1))
    assert chosen.method == "isotonic"
    assert np.diff(chosen.knots, axis=0).min() >= 0
    logits, outcomes, _ = bent(6000, seed=2)
    line = choose_line(*bent(6000, seed=1))
    gains = log_losses(chosen.apply(logits), outcomes) - log_losses(
        line.apply(logits), outcomes
    )
    assert gains.mean() < -2 * gains.std() / 6000**0.5


def test_knots_need_five_thousand_rows_and_a_reason() -> None:
    assert choose_calibration(*bent(4998, seed=1)).method != "isotonic"
    generator = np.random.default_rng(3)
    methods = []
    for seed in range(20):
        sessions = generator.integers(0, 2500, 5000)
        methods.append(choose_calibration(*drawn(5000, seed), sessions).method)
    assert methods.count("isotonic") <= 2


def test_the_same_calls_twice_in_a_session_certify_no_more() -> None:
    generator = np.random.default_rng(0)
    probabilities = np.full(4000, 0.05)
    outcomes = (generator.random(4000) < 0.05).astype(float)
    alone = residual_design_effect(probabilities, outcomes, np.arange(4000))
    twice = residual_design_effect(
        np.repeat(probabilities, 2), np.repeat(outcomes, 2), np.repeat(range(4000), 2)
    )
    assert alone == pytest.approx(1)
    assert twice == pytest.approx(2)
    assert failure_rate_ceiling(0, 59) <= 0.05 < failure_rate_ceiling(0, 58)
    assert failure_rate_ceiling(0, 118, design_effect=2) <= 0.05
    assert failure_rate_ceiling(0, 116, design_effect=2) > 0.05

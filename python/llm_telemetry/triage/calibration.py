"""Whether predicted probabilities mean what they say, and a map that mends them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats
from scipy.special import expit, log_expit, logit

from llm_telemetry.inference import (
    Estimate,
    clustered_mean,
    clustered_ratio,
    from_influence,
)

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

# ten of each outcome for each of the two parameters of the map
MIN_CALIBRATION_OUTCOMES = 20
MAX_CALIBRATION_P_VALUE = 0.05
NEWTON_STEPS = 100
# twice what the log likelihood has left to rise when the steps end
MIN_RISE = 1e-9
# keeps the curvature invertible where all logits are equal; far below a real one
RIDGE = 1e-9
BINS = 10
# probabilities of 0 and 1 have no logit
CLIP = 1e-10
MIN_LOGIT_RANGE = 1e-9
# an observed/expected ratio or a slope surely outside is too far from 1 to act on
CALIBRATION_LIMITS = (0.8, 1.25)


@dataclass(frozen=True)
class CalibrationMap:
    """p = expit(intercept + slope * logit), chosen by a likelihood-ratio test."""

    method: str
    reason: str
    intercept: float
    slope: float
    p_value: float | None
    rows: int
    failures: int

    def apply(self, logits: Floats) -> Floats:
        """Return calibrated probabilities."""
        probabilities: Floats = expit(self.intercept + self.slope * logits)
        return probabilities


def log_likelihood(logits: Floats, outcomes: Floats) -> float:
    """Return the Bernoulli log likelihood of outcomes in {0, 1}."""
    signed = np.where(outcomes > 0, logits, -logits)
    return float(log_expit(signed).sum())


def fit_line(logits: Floats, outcomes: Floats) -> tuple[float, float]:
    """Return the intercept and slope of the logistic regression of outcomes on logits.

    Newton's method with halved steps. Outcomes that the logits separate have no finite
    optimum: the steps end with the slope they have reached.
    """
    design = np.column_stack([np.ones_like(logits), logits])
    line = np.array([0.0, 1.0])
    reached = log_likelihood(logits, outcomes)
    for _ in range(NEWTON_STEPS):
        curvature, score = _curvature_and_score(design, line, outcomes)
        step = np.linalg.solve(curvature, score)
        if score @ step < MIN_RISE:
            break
        while log_likelihood(design @ (line + step), outcomes) < reached:
            step = step / 2
        line = line + step
        reached = log_likelihood(design @ line, outcomes)
    return float(line[0]), float(line[1])


def _curvature_and_score(
    design: Floats, line: Floats, outcomes: Floats
) -> tuple[Floats, Floats]:
    probabilities = expit(design @ line)
    weights = probabilities * (1 - probabilities)
    curvature = design.T @ (design * weights[:, None])
    score = design.T @ (outcomes - probabilities)
    return curvature + RIDGE * len(outcomes) * np.eye(2), score


def choose_calibration(logits: Floats, outcomes: Floats) -> CalibrationMap:
    """Map logits by a sigmoid where the calibration window rejects leaving them alone.

    Likelihood-ratio test of (intercept, slope) = (0, 1) with 2 degrees of freedom. A
    negative slope would turn the ranking over; the best map that keeps it is then flat.
    """
    rows, failures = len(outcomes), int(outcomes.sum())
    if min(failures, rows - failures) < MIN_CALIBRATION_OUTCOMES:
        reason = (
            "no_calibration_window" if rows == 0 else "calibration_window_too_small"
        )
        return CalibrationMap("identity", reason, 0.0, 1.0, None, rows, failures)
    intercept, slope = fit_line(logits, outcomes)
    if slope < 0:
        intercept, slope = float(logit(failures / rows)), 0.0
    mapped = log_likelihood(intercept + slope * logits, outcomes)
    statistic = 2 * (mapped - log_likelihood(logits, outcomes))
    p_value = float(stats.chi2.sf(max(statistic, 0.0), 2))
    if p_value >= MAX_CALIBRATION_P_VALUE:
        return CalibrationMap(
            "identity", "no_shift_found", 0.0, 1.0, p_value, rows, failures
        )
    return CalibrationMap(
        "sigmoid", "shift_found", intercept, slope, p_value, rows, failures
    )


def calibration_line(
    probabilities: Floats, outcomes: Floats, clusters: Integers
) -> tuple[Estimate, Estimate]:
    """Return intercept (0 is perfect) and slope (1 is perfect) of outcomes on logits.

    Row i moves the line by H^-1 s_i, with H the curvature and s_i the row's score.
    """
    logits = logit(np.clip(probabilities, CLIP, 1 - CLIP))
    if np.ptp(logits) < MIN_LOGIT_RANGE:
        # one probability for every row has no slope
        nothing = from_influence(np.nan, logits * np.nan, clusters)
        return nothing, nothing
    design = np.column_stack([np.ones_like(logits), logits])
    line = np.array(fit_line(logits, outcomes))
    curvature, _ = _curvature_and_score(design, line, outcomes)
    residuals = outcomes - expit(design @ line)
    influence = np.linalg.solve(curvature, (design * residuals[:, None]).T)
    return (
        from_influence(float(line[0]), influence[0], clusters),
        from_influence(float(line[1]), influence[1], clusters),
    )


def probability_bins(probabilities: Floats) -> Integers:
    """Return the bin of each probability, ten bins of about as many rows each."""
    edges = np.quantile(probabilities, np.linspace(0, 1, BINS + 1))
    return np.searchsorted(edges[1:-1], probabilities)


def expected_calibration_error(probabilities: Floats, outcomes: Floats) -> float:
    """Return sum over bins of |outcomes - probabilities| over all rows, 0..1."""
    gaps = np.bincount(probability_bins(probabilities), outcomes - probabilities)
    return float(np.abs(gaps).sum() / len(outcomes))


def null_calibration_errors(
    probabilities: Floats, *, seed: int, draws: int = 2000
) -> Floats:
    """Return the calibration errors of outcomes drawn from these probabilities.

    Rows of one bin whose probabilities agree to three decimals are drawn together: the
    variance of a binomial at their mean exceeds the exact one by under 1e-7 a row.
    """
    bins = probability_bins(probabilities)
    keys = np.column_stack([bins, np.round(probabilities * 1000)])
    cells, cell_of = np.unique(keys, axis=0, return_inverse=True)
    rows = np.bincount(cell_of)
    means = np.clip(np.bincount(cell_of, probabilities) / rows, 0.0, 1.0)
    generator = np.random.default_rng(seed)
    failures = generator.binomial(rows, means, size=(draws, len(rows)))
    starts = np.flatnonzero(np.diff(cells[:, 0], prepend=-1))
    gaps = np.add.reduceat(failures - rows * means, starts, axis=1)
    errors: Floats = np.abs(gaps).sum(axis=1) / len(probabilities)
    return errors


def failure_rate_ceiling(failures: int, rows: int) -> float:
    """Return the one-sided 95 % Clopper-Pearson bound of a rate; 1 without rows."""
    if failures >= rows:
        return 1.0
    return float(stats.beta.ppf(0.95, failures + 1, rows - failures))


@dataclass(frozen=True)
class CalibrationReport:
    """How far probabilities agree with outcomes they have not seen."""

    estimates: dict[str, Estimate]
    measures: dict[str, float]
    is_evaluable: bool

    @property
    def is_miscalibrated(self) -> bool:
        """Say whether ratio or slope is surely further from 1 than the limits allow."""
        low, high = CALIBRATION_LIMITS
        return self.is_evaluable and any(
            self.estimates[name].high < low or self.estimates[name].low > high
            for name in ("observed_over_expected", "calibration_slope")
        )


def calibration_report(
    probabilities: Floats, outcomes: Floats, clusters: Integers, *, seed: int
) -> CalibrationReport:
    """Compare probabilities with known outcomes; intervals by session."""
    intercept, slope = calibration_line(probabilities, outcomes, clusters)
    signed = np.where(outcomes > 0, probabilities, 1 - probabilities)
    losses = -np.log(np.clip(signed, CLIP, 1))
    error = expected_calibration_error(probabilities, outcomes)
    null = null_calibration_errors(probabilities, seed=seed)
    failures = int(outcomes.sum())
    return CalibrationReport(
        estimates={
            "observed_over_expected": clustered_ratio(
                outcomes, probabilities, clusters
            ),
            "calibration_intercept": intercept,
            "calibration_slope": slope,
            "brier_score": clustered_mean((probabilities - outcomes) ** 2, clusters),
            "log_loss": clustered_mean(losses, clusters),
        },
        measures={
            "expected_calibration_error": error,
            "expected_calibration_error_null_mean": float(null.mean()),
            "expected_calibration_error_null_p95": float(np.quantile(null, 0.95)),
            "expected_calibration_error_p_value": float(
                (1 + (null >= error).sum()) / (1 + len(null))
            ),
        },
        is_evaluable=min(failures, len(outcomes) - failures)
        >= MIN_CALIBRATION_OUTCOMES,
    )

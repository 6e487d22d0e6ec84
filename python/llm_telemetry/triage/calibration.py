"""Whether predicted probabilities are calibrated, on held-out outcomes."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats
from scipy.special import expit, logit

from llm_telemetry.decisions.statistics import (
    Estimate,
    clustered_mean,
    clustered_ratio,
    from_influence,
)
from llm_telemetry.triage.calibration_map import (
    CLIP,
    MIN_CALIBRATION_OUTCOMES,
    curvature_and_score,
    fit_line,
    log_losses,
)

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

BINS = 10
MIN_LOGIT_RANGE = 1e-9
# an observed/expected ratio or slope with its interval outside is too far from 1
CALIBRATION_LIMITS = (0.8, 1.25)


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
    curvature, _ = curvature_and_score(design, line, outcomes)
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
    keys = bins * 1001 + np.round(probabilities * 1000).astype(np.int64)
    cells, cell_of = np.unique(keys, return_inverse=True)
    rows = np.bincount(cell_of)
    means = np.clip(np.bincount(cell_of, probabilities) / rows, 0.0, 1.0)
    generator = np.random.default_rng(seed)
    failures = generator.binomial(rows, means, size=(draws, len(rows)))
    starts = np.flatnonzero(np.diff(cells // 1001, prepend=-1))
    gaps = np.add.reduceat(failures - rows * means, starts, axis=1)
    errors: Floats = np.abs(gaps).sum(axis=1) / len(probabilities)
    return errors


def failure_rate_ceiling(
    failures: int, rows: int, *, design_effect: float = 1.0
) -> float:
    """Return the one-sided 95 % Clopper-Pearson bound of a rate; 1 without rows.

    Calls of one session are worth fewer independent ones: both counts are divided by
    the design effect (Korn & Graubard 1998).
    """
    if failures >= rows:
        return 1.0
    events, calls = failures / design_effect, rows / design_effect
    return float(stats.beta.ppf(0.95, events + 1, calls - events))


def calibration_bins(
    probabilities: Floats, outcomes: Floats, *, design_effect: float = 1.0
) -> list[dict[str, float]]:
    """Return per bin of probabilities what was expected and what failed.

    The interval is the two-sided 95 % one of Clopper and Pearson, both counts divided
    by the design effect.
    """
    bins = probability_bins(probabilities)
    rows = np.bincount(bins, minlength=BINS)
    expected = np.bincount(bins, probabilities, minlength=BINS)
    failures = np.bincount(bins, outcomes, minlength=BINS)
    held = np.flatnonzero(rows)
    events, calls = failures[held] / design_effect, rows[held] / design_effect
    low = stats.beta.ppf(0.025, events, calls - events + 1)
    high = stats.beta.ppf(0.975, events + 1, calls - events)
    return [
        {
            "rows": int(rows[one]),
            "expected_rate": float(expected[one] / rows[one]),
            "failures": int(failures[one]),
            "failure_rate": float(failures[one] / rows[one]),
            # where none or all failed, the distribution has no such quantile
            "failure_rate_low": float(low[place]) if failures[one] else 0.0,
            "failure_rate_high": (
                float(high[place]) if failures[one] < rows[one] else 1.0
            ),
        }
        for place, one in enumerate(held)
    ]


def residual_design_effect(
    probabilities: Floats, outcomes: Floats, clusters: Integers
) -> float:
    """Return how much sessions inflate the variance of what is not predicted, >= 1."""
    residuals = outcomes - probabilities
    squares = float(np.square(residuals).sum())
    if not squares:
        return 1.0
    return max(1.0, float(np.square(np.bincount(clusters, residuals)).sum()) / squares)


@dataclass(frozen=True)
class CalibrationReport:
    """How far probabilities agree with outcomes they have not seen."""

    estimates: dict[str, Estimate]
    measures: dict[str, float]
    is_evaluable: bool

    @property
    def design_effect(self) -> float:
        """How much sessions inflate the variance of a failure rate."""
        return self.measures["residual_design_effect"]

    @property
    def is_miscalibrated(self) -> bool:
        """Say whether the interval of ratio or slope is outside the limits."""
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
    losses = log_losses(probabilities, outcomes)
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
            "residual_design_effect": residual_design_effect(
                probabilities, outcomes, clusters
            ),
        },
        is_evaluable=min(failures, len(outcomes) - failures)
        >= MIN_CALIBRATION_OUTCOMES,
    )

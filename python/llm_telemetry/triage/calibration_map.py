"""A calibration map of predicted probabilities, where a later window requires one."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import stats
from scipy.special import expit, log_expit, logit
from sklearn.isotonic import IsotonicRegression

from llm_telemetry.decisions.statistics import clustered_covariance, clustered_mean

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

# ten of each outcome for each of the two parameters of the map
MIN_CALIBRATION_OUTCOMES = 20
# with fewer, isotonic steps fit noise: at 1,041 rows the log loss rose by .02
MIN_ISOTONIC_ROWS = 5000
MAX_CALIBRATION_P_VALUE = 0.05
# with fewer, the test could hardly reject anything
MIN_SESSIONS = 10
NEWTON_STEPS = 100
# twice the remaining increase of the log likelihood at which the steps end
MIN_RISE = 1e-9
# keeps the curvature invertible where all logits are equal; far below a real one
RIDGE = 1e-9
# a failure that was predicted with probability 0 would have an infinite loss
CLIP = 1e-10
SIGNIFICANT_DIGITS = 12
# below any log odds that occur: the first step extends down to it
LOWEST_LOG_ODDS = -1000.0


@dataclass(frozen=True)
class CalibrationMap:
    """p = expit(intercept + slope * logit), or linear interpolation between knots.

    ``knots`` are (log odds, probability), both rising. ``isotonic_gain`` is the log
    loss of knots minus that of the line on sessions that neither was fitted on.
    """

    method: str
    reason: str
    intercept: float
    slope: float
    p_value: float | None
    rows: int
    failures: int
    knots: tuple[tuple[float, float], ...] = ()
    isotonic_gain: float | None = None

    @property
    def is_untested(self) -> bool:
        """Say whether there were too few outcomes to test the scores."""
        return self.p_value is None and not self.knots

    def apply(self, logits: Floats) -> Floats:
        """Return calibrated probabilities."""
        if self.knots:
            places, heights = zip(*self.knots, strict=True)
            return np.asarray(np.interp(logits, places, heights))
        probabilities: Floats = expit(self.intercept + self.slope * logits)
        return probabilities


def log_likelihood(logits: Floats, outcomes: Floats) -> float:
    """Return the Bernoulli log likelihood of outcomes in {0, 1}."""
    signed = np.where(outcomes > 0, logits, -logits)
    return float(log_expit(signed).sum())


def log_losses(probabilities: Floats, outcomes: Floats) -> Floats:
    """Return minus the log likelihood of each outcome."""
    likelihoods = np.where(outcomes > 0, probabilities, 1 - probabilities)
    losses: Floats = -np.log(np.maximum(likelihoods, CLIP))
    return losses


def fit_line(logits: Floats, outcomes: Floats) -> tuple[float, float]:
    """Return the intercept and slope of the logistic regression of outcomes on logits.

    Newton's method with halved steps. If the logits separate the outcomes, there is no
    finite optimum, and the slope reached when the steps end is returned.
    """
    design = np.column_stack([np.ones_like(logits), logits])
    line = np.array([0.0, 1.0])
    reached = log_likelihood(logits, outcomes)
    for _ in range(NEWTON_STEPS):
        curvature, score = curvature_and_score(design, line, outcomes)
        step = np.linalg.solve(curvature, score)
        if score @ step < MIN_RISE:
            break
        while log_likelihood(design @ (line + step), outcomes) < reached:
            step = step / 2
        line = line + step
        reached = log_likelihood(design @ line, outcomes)
    return float(line[0]), float(line[1])


def curvature_and_score(
    design: Floats, line: Floats, outcomes: Floats
) -> tuple[Floats, Floats]:
    """Return the negative second and the first derivative of the log likelihood."""
    probabilities = expit(design @ line)
    weights = probabilities * (1 - probabilities)
    curvature = design.T @ (design * weights[:, None])
    score = design.T @ (outcomes - probabilities)
    return curvature + RIDGE * len(outcomes) * np.eye(2), score


@dataclass(frozen=True)
class MeanScore:
    """The mean over rows of (1, logit) x (outcome - probability), and its error."""

    mean: Floats
    covariance: Floats
    sessions: int


def mean_score(logits: Floats, outcomes: Floats, clusters: Integers) -> MeanScore:
    """Return the mean score of the line (0, 1), its covariance clustered."""
    residuals = outcomes - expit(logits)
    scores = np.column_stack([residuals, residuals * logits])
    mean = scores.mean(axis=0)
    covariance, sessions = clustered_covariance((scores - mean) / len(scores), clusters)
    return MeanScore(mean, covariance, sessions)


def choose_line(
    logits: Floats,
    outcomes: Floats,
    clusters: Integers,
    expected: MeanScore | None = None,
) -> CalibrationMap:
    """Return a sigmoid map if the calibration window rejects the identity.

    ``expected`` is the mean score of calls that fail as those did which the logits
    were fitted on. A negative slope would reverse the ranking; the best map that does
    not is flat.
    """
    rows, failures = len(outcomes), int(outcomes.sum())
    is_enough = min(failures, rows - failures) >= MIN_CALIBRATION_OUTCOMES
    score = mean_score(logits, outcomes, clusters) if is_enough else None
    if score is None or score.sessions < MIN_SESSIONS:
        reason = (
            "no_calibration_window" if rows == 0 else "calibration_window_too_small"
        )
        return CalibrationMap("identity", reason, 0.0, 1.0, None, rows, failures)
    p_value = shift_p_value(score, expected)
    if p_value >= MAX_CALIBRATION_P_VALUE:
        return CalibrationMap(
            "identity", "no_shift_found", 0.0, 1.0, p_value, rows, failures
        )
    intercept, slope = fit_line(logits, outcomes)
    if slope < 0:
        intercept, slope = float(logit(failures / rows)), 0.0
    return CalibrationMap(
        "sigmoid", "shift_found", intercept, slope, p_value, rows, failures
    )


def shift_p_value(score: MeanScore, expected: MeanScore | None = None) -> float:
    """Test whether a mean score differs from the expected one.

    Hotelling's T squared (1931) over sessions: T2 (G - k) / (k (G - 1)) is F with k and
    G - k degrees of freedom, k being 1 where all logits are equal. Without
    ``expected`` the model is taken as known.
    """
    distance, covariance = score.mean, score.covariance
    if expected is not None:
        distance = distance - expected.mean
        covariance = covariance + expected.covariance
    rank = max(1, int(np.linalg.matrix_rank(covariance, hermitian=True)))
    statistic = distance @ np.linalg.pinv(covariance, hermitian=True) @ distance
    rest = score.sessions - rank
    ratio = statistic * rest / (rank * (score.sessions - 1))
    return float(stats.f.sf(ratio, rank, rest))


def isotonic_map(logits: Floats, outcomes: Floats) -> CalibrationMap:
    """Return the isotonic regression as knots; its values are never 0 or 1."""
    rows = len(outcomes)
    least = 1 / (2 * rows)
    fitted = IsotonicRegression(y_min=least, y_max=1 - least).fit(logits, outcomes)
    places = [LOWEST_LOG_ODDS, *fitted.X_thresholds_]
    heights = [fitted.y_thresholds_[0], *fitted.y_thresholds_]
    knots = tuple((kept(x), kept(y)) for x, y in zip(places, heights, strict=True))
    return CalibrationMap(
        "isotonic", "bent", 0.0, 1.0, None, rows, int(outcomes.sum()), knots
    )


def choose_calibration(
    logits: Floats,
    outcomes: Floats,
    clusters: Integers,
    expected: MeanScore | None = None,
) -> CalibrationMap:
    """Return the sigmoid, or knots if they win by more than one standard error.

    Both are fitted on one half of the sessions and compared on the other, in turn.
    """
    line = choose_line(logits, outcomes, clusters, expected)
    if line.p_value is None or len(outcomes) < MIN_ISOTONIC_ROWS:
        return _rounded(line)
    gains = np.empty(len(outcomes))
    for half in (0, 1):
        unseen = clusters % 2 == half
        seen = logits[~unseen], outcomes[~unseen]
        knots = isotonic_map(*seen)
        half_line = choose_line(*seen, clusters[~unseen], expected)
        losses = [
            log_losses(one.apply(logits[unseen]), outcomes[unseen])
            for one in (knots, half_line)
        ]
        gains[unseen] = losses[0] - losses[1]
    gain = clustered_mean(gains, clusters)
    wins = gain.value < -gain.se
    return _rounded(isotonic_map(logits, outcomes) if wins else line, gain.value)


def _rounded(chosen: CalibrationMap, gain: float | None = None) -> CalibrationMap:
    return replace(
        chosen,
        intercept=kept(chosen.intercept),
        slope=kept(chosen.slope),
        isotonic_gain=gain,
    )


def kept(number: float) -> float:
    """Round to the number of digits that the scorecard is written with."""
    # -0 and 0 are the same weight and must be written alike
    return float(f"{number:.{SIGNIFICANT_DIGITS}g}") + 0.0

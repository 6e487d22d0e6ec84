"""How later calls agree with history's failure model, whose own noise is counted.

The model is taken as it was fitted, before any map: whether the calibration window
asked for one does not change what is compared.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from llm_telemetry.decisions.statistics import (
    Comparison,
    Estimate,
    clustered_covariance,
    clustered_ratio,
    compared,
    effective_clusters,
    exponentiated,
)
from llm_telemetry.triage.calibration import calibration_line
from llm_telemetry.triage.calibration_map import (
    MIN_CALIBRATION_OUTCOMES,
    MeanScore,
    curvature_and_score,
    mean_score,
)
from llm_telemetry.triage.fit_noise import OPTIMISM_OF_ALL, FitNoise

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Line = tuple[Estimate, Estimate]

NAMES = ("observed_over_expected", "calibration_slope")


def expected_score(noise: FitNoise, rows: pd.DataFrame, log_odds: Floats) -> MeanScore:
    """Return the mean score of later rows that fail as history's did."""
    own = mean_score(noise.log_odds, noise.failed, noise.sessions)
    spread = _spread(log_odds) / len(rows)
    pulls = -np.column_stack([spread, spread * log_odds])
    covariance, sessions = clustered_covariance(
        noise.influence(rows, pulls), noise.sessions
    )
    return MeanScore(own.mean * OPTIMISM_OF_ALL, covariance, sessions)


def compare_with_history(
    noise: FitNoise,
    rows: pd.DataFrame,
    failed: Floats,
    sessions: Integers,
    log_odds: Floats,
) -> dict[str, Comparison]:
    """Compare level and slope of failures with those of calls like history's.

    The level is 1 on average, and compared by its logarithm: the error of a small one
    is small. The slope is below 1 on calls that the model has not seen: as far below as
    on sessions that were left out of history. Nothing is compared with too few
    outcomes, and no slope of scores that did not separate history's own calls.
    """
    expected = float(expit(log_odds).sum())
    failures, count = float(failed.sum()), len(failed)
    enough = max(expected, failures), count - min(expected, failures)
    if min(enough) < MIN_CALIBRATION_OUTCOMES:
        return {}
    ratio = _log_ratio(failed, log_odds, sessions)
    later, pulls = [ratio], [-_spread(log_odds) / expected]
    references = [0.0]
    _, own = calibration_line(expit(noise.log_odds), noise.failed, noise.sessions)
    line = calibration_line(expit(log_odds), failed, sessions)
    if own.low > 0 and line[1].se > 0:
        later.append(line[1])
        references.append(1 - OPTIMISM_OF_ALL * (1 - own.value))
        pulls.append(references[1] * _pull_on_slope(line, log_odds, failed))
    influence = noise.influence(rows, np.column_stack(pulls))
    covariance, _ = clustered_covariance(influence, noise.sessions)
    freedom = _freedom(sessions), _freedom(noise.sessions)
    found = {
        name: compared(estimate, reference, float(np.sqrt(variance)), freedom)
        for name, estimate, reference, variance in zip(
            NAMES[: len(later)], later, references, covariance.diagonal(), strict=True
        )
    }
    return found | {NAMES[0]: exponentiated(found[NAMES[0]])}


def _log_ratio(failed: Floats, log_odds: Floats, sessions: Integers) -> Estimate:
    """Return the logarithm of observed over expected, of half a failure if of none."""
    ratio = clustered_ratio(failed, expit(log_odds), sessions)
    value = max(ratio.value, 0.5 / float(expit(log_odds).sum()))
    return replace(ratio, value=float(np.log(value)), se=ratio.se / value)


def _spread(log_odds: Floats) -> Floats:
    probabilities = expit(log_odds)
    spread: Floats = probabilities * (1 - probabilities)
    return spread


def _pull_on_slope(line: Line, log_odds: Floats, failed: Floats) -> Floats:
    """Return how far a change of each row's log odds moves a slope of 1, on average.

    In proportion for other slopes. Of the derivative of the score, (1, log odds) x
    (outcome - fitted), the term with the outcomes' deviations has mean zero and is
    left out.
    """
    design = np.column_stack([np.ones_like(log_odds), log_odds])
    values = np.array([one.value for one in line])
    curvature, _ = curvature_and_score(design, values, failed)
    _, row = np.linalg.inv(curvature)
    pull: Floats = -_spread(design @ values) * (design @ row)
    return pull


def _freedom(sessions: Integers) -> float:
    """Return as many degrees of freedom as equal sessions would have, less one."""
    return max(effective_clusters(np.ones(len(sessions)), sessions) - 1, 1.0)

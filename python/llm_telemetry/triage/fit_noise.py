"""How far another history would have moved what the failure model predicts."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.sparse.linalg import LinearOperator, cg
from scipy.special import expit
from sklearn.pipeline import Pipeline

from llm_telemetry.triage import failure_model

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

# of history's sessions, each predicted by a fit to the others
FOLDS = 5
# a fit to four fifths of history is by a quarter more optimistic than one to all
OPTIMISM_OF_ALL = (FOLDS - 1) / FOLDS
# later rows that say where predictions are made; a mean over them needs no more
MAX_ROWS = 10_000
# of a solution: far below the error of a standard error
TOLERANCE = 1e-6


@dataclass(frozen=True)
class FitNoise:
    """The sessions that a model was fitted on, each predicted without itself.

    ``columns`` are what the regression was fitted on, after a column of ones, and
    ``curvature`` is minus the second derivative of its penalised likelihood.
    """

    model: Pipeline
    columns: sparse.csr_matrix
    curvature: sparse.csr_matrix
    log_odds: Floats
    failed: Floats
    sessions: Integers

    def influence(self, rows: pd.DataFrame, pulls: Floats) -> Floats:
        """Return how far each row of history moves sums over later rows.

        The sums are of ``pulls`` (later rows x sums) times the change of the log odds.
        By the delta method that is a' x_i r_i, where r_i is what the outcome exceeds
        its prediction by, and a the inverse curvature times the sum of pulls x later
        columns. Predictions without the row's session keep r_i from being as small as
        the fit has made it.
        """
        step = 1 + (len(rows) - 1) // MAX_ROWS
        seen = _columns(self.model, rows.iloc[::step])
        # each row seen stands for those that were passed over
        targets = seen.T @ pulls[::step] * (len(rows) / seen.shape[0])
        solved = [_solved(self.curvature, target) for target in targets.T]
        residuals = self.failed - expit(self.log_odds)
        influence: Floats = (self.columns @ np.column_stack(solved)).T * residuals
        return influence.T


def noise_of_fit(
    model: Pipeline,
    rows: pd.DataFrame,
    failed: Floats,
    sessions: Integers,
    *,
    seed: int,
) -> FitNoise | None:
    """Take each fifth of the sessions out of the regression, by one Newton step.

    The step is exact to first order (Rad & Maleki 2020). Scaling and imputation stay
    as they are: no outcome goes into them. None where a fold would be empty, or
    learned from one kind of outcome.
    """
    drawn = np.random.default_rng(seed).permutation(sessions.max(initial=-1) + 1)
    folds = (drawn % FOLDS)[sessions]
    unseen = [folds == fold for fold in range(FOLDS)]
    if any(not one.any() or len(set(failed[~one])) < 2 for one in unseen):
        return None
    columns, regression = _columns(model, rows), model["regression"]
    weights = np.append(regression.intercept_, regression.coef_[0])
    penalty = np.append(0.0, np.full(len(weights) - 1, 1 / regression.C))
    probabilities = expit(columns @ weights)
    spread = probabilities * (1 - probabilities)
    curvatures = [_curvature(columns[one], spread[one]) for one in unseen]
    curvature = sum(curvatures, start=sparse.diags(penalty, format="csr"))
    log_odds = np.empty(len(rows))
    for one, own in zip(unseen, curvatures, strict=True):
        score = columns[one].T @ (failed - probabilities)[one]
        log_odds[one] = columns[one] @ (weights - _solved(curvature - own, score))
    return FitNoise(model, columns, curvature, log_odds, failed, sessions)


def _columns(model: Pipeline, rows: pd.DataFrame) -> sparse.csr_matrix:
    features = model["columns"].transform(failure_model.inputs(rows))
    return sparse.hstack([np.ones((len(rows), 1)), features], format="csr")


def _curvature(columns: sparse.csr_matrix, spread: Floats) -> sparse.csr_matrix:
    return columns.T @ columns.multiply(spread[:, None]).tocsr()


def _solved(curvature: sparse.csr_matrix, target: Floats) -> Floats:
    """Return the inverse times a column; names make it wide: by conjugate gradients."""
    scale = 1 / curvature.diagonal()
    scaled = LinearOperator(curvature.shape, matvec=lambda column: scale * column)
    solution: Floats = cg(curvature, target, rtol=TOLERANCE, M=scaled)[0]
    return solution

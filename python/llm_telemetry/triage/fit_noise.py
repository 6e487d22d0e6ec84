"""How far another history would have moved what the failure model predicts."""

from copy import deepcopy
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
MAX_ROWS = 20_000
# of the solution, whose error is far below that of a standard error
TOLERANCE = 1e-6


@dataclass(frozen=True)
class FitNoise:
    """The sessions that a model was fitted on, each predicted without itself.

    ``log_odds`` are of fits that did not see the row's session. ``columns`` are what
    the regression was fitted on, after a column of ones.
    """

    model: Pipeline
    columns: sparse.csr_matrix
    log_odds: Floats
    failed: Floats
    sessions: Integers

    def influence(self, rows: pd.DataFrame, pulls: Floats) -> Floats:
        """Return how far each row of history moves sums over later rows.

        The sums are of ``pulls`` (later rows x sums) times the change of the log odds.
        By the delta method that is a' x_i r_i, where r_i is what the outcome exceeds
        its prediction by, and a = H^-1 sum of pulls x later columns, with H the
        curvature of the penalised likelihood. Predictions without the row's session
        keep r_i from being as small as the fit has made it (as the jackknife does).
        """
        step = 1 + (len(rows) - 1) // MAX_ROWS
        seen = _columns(self.model, rows.iloc[::step])
        # each row seen stands for those that were passed over
        targets = seen.T @ pulls[::step] * (len(rows) / seen.shape[0])
        moved = self.columns @ self._solved(targets)
        residuals = self.failed - expit(self.log_odds)
        influence: Floats = moved * residuals[:, None]
        return influence

    def _solved(self, targets: Floats) -> Floats:
        """Return H^-1 targets; names make H wide, so by conjugate gradients."""
        regression = self.model["regression"]
        weights = np.append(regression.intercept_, regression.coef_[0])
        probabilities = expit(self.columns @ weights)
        spread = probabilities * (1 - probabilities)
        penalty = np.append(0.0, np.full(len(weights) - 1, 1 / regression.C))
        weighted = self.columns.multiply(spread[:, None]).tocsr()
        curvature = self.columns.T @ weighted + sparse.diags(penalty)
        scale = 1 / curvature.diagonal()
        scaled = LinearOperator(curvature.shape, matvec=lambda column: scale * column)
        solved = [
            cg(curvature, target, rtol=TOLERANCE, M=scaled)[0] for target in targets.T
        ]
        return np.column_stack(solved)


def fit_noise(
    model: Pipeline,
    rows: pd.DataFrame,
    failed: Floats,
    sessions: Integers,
    *,
    seed: int,
) -> FitNoise | None:
    """Fit the regression again without each fifth of the sessions.

    Scaling and imputation stay as they are: no outcome goes into them. None where a
    fold would be empty, or learned from one kind of outcome.
    """
    drawn = np.random.default_rng(seed).permutation(sessions.max(initial=-1) + 1)
    folds = (drawn % FOLDS)[sessions]
    unseen = [folds == fold for fold in range(FOLDS)]
    if any(not one.any() or len(set(failed[~one])) < 2 for one in unseen):
        return None
    columns = _columns(model, rows)
    features = columns[:, 1:]
    # where all rows led is near to where four fifths lead
    regression = deepcopy(model["regression"])
    regression.set_params(warm_start=True, tol=failure_model.COMPARED_TOLERANCE)
    log_odds = np.empty(len(rows))
    for one in unseen:
        failure_model.fit_to(regression, features[~one], failed[~one])
        log_odds[one] = regression.decision_function(features[one])
    return FitNoise(model, columns, log_odds, failed, sessions)


def _columns(model: Pipeline, rows: pd.DataFrame) -> sparse.csr_matrix:
    features = model["columns"].transform(failure_model.inputs(rows))
    return sparse.hstack([np.ones((len(rows), 1)), features], format="csr")

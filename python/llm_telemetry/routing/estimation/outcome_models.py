"""What an arm would do to a call, given what was known before it."""

import warnings
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.special import expit
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge

from llm_telemetry.routing.estimation.contexts import (
    Codes,
    Design,
    Encoded,
    Encoder,
    Floats,
)

MAX_ITERATIONS = 300


@dataclass(frozen=True)
class OutcomeModel:
    """m(x, a): a linear predictor with an effect of each arm, and of arm x context.

    ``by_arm`` holds one row per arm: its own intercept, then its slopes on the
    columns it interacts with.
    """

    encoder: Encoder
    intercept: float
    shared: Floats
    by_arm: Floats
    is_probability: bool

    def expected(self, rows: Encoded) -> Floats:
        """Return E[outcome | context, arm], rows x arms."""
        shared = rows.shared @ self.shared
        own = rows.by_arm @ self.by_arm[:, 1:].T
        predictor = self.intercept + shared[:, None] + self.by_arm[:, 0] + own
        return np.asarray(expit(predictor) if self.is_probability else predictor)


def fit(rows: Encoded, arms: Codes, outcomes: Floats, count: int) -> OutcomeModel:
    """Return the model of one outcome; rows where it is unknown are left out.

    Logistic where the outcomes are 0 and 1, else ridge regression.
    """
    known = np.isfinite(outcomes)
    if not known.all():
        rows = Encoded.fitted(rows.contexts[known], rows.interacted)
        arms, outcomes = arms[known], outcomes[known]
    width, split = rows.by_arm.shape[1] + 1, rows.shared.shape[1]
    is_probability = bool(np.isin(outcomes, (0.0, 1.0)).all())
    if len(np.unique(outcomes)) < 2:
        level = float(outcomes[0]) if len(outcomes) else np.nan
        flat = np.zeros(split), np.zeros((count, width))
        return OutcomeModel(rows.encoder, level, *flat, False)
    blocks = [rows.shared, _by_arm(rows.by_arm, arms, count)]
    design = sparse.hstack(blocks, format="csr")
    intercept, slopes = _solve(design, outcomes, is_probability)
    return OutcomeModel(
        encoder=rows.encoder,
        intercept=intercept,
        shared=slopes[:split],
        by_arm=slopes[split:].reshape(count, width),
        is_probability=is_probability,
    )


def _by_arm(own: Design, arms: Codes, count: int) -> Design:
    """Return each row's intercept and columns in the block of its arm."""
    block = sparse.hstack([np.ones((len(arms), 1)), own], format="csr")
    width = block.shape[1]
    entries = np.repeat(arms, np.diff(block.indptr))
    shifted = block.indices + entries * width
    return sparse.csr_matrix(
        (block.data, shifted, block.indptr), shape=(len(arms), count * width)
    )


def _solve(
    design: Design, outcomes: Floats, is_probability: bool
) -> tuple[float, Floats]:
    if is_probability:
        model = LogisticRegression(max_iter=MAX_ITERATIONS, tol=1e-4)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(design, outcomes)
        return float(model.intercept_[0]), model.coef_[0]
    model = Ridge(solver="sparse_cg", tol=1e-6).fit(design, outcomes)
    return float(model.intercept_), model.coef_

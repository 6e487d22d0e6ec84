"""Which failure model predicts held-out sessions best."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit
from sklearn.ensemble import HistGradientBoostingClassifier

from llm_telemetry.decisions.statistics import Estimate, clustered_mean
from llm_telemetry.triage import failure_model
from llm_telemetry.triage.calibration_map import log_losses

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]

FOLDS = 3
# of fits that are only compared; far below the error of the comparison
TOLERANCE = 1e-3
# bins of gradient boosting, and so the most names it can use of one column
MAX_NAMES = 255


@dataclass(frozen=True)
class ModelChoice:
    """Log losses minus those of the plain regression, and what follows from them."""

    gains: dict[str, Estimate]

    @property
    def is_crossed(self) -> bool:
        """Say whether crossed names win by more than one standard error."""
        return _wins(self.gains.get("crossed"))

    @property
    def is_boosting_better(self) -> bool:
        """Say whether boosting wins against the regression that was chosen."""
        return _wins(self.gains.get("boosting"))


def choose(
    rows: pd.DataFrame, failed: Floats, *, seed: int, max_rows: int
) -> ModelChoice:
    """Compare the models on held-out sessions.

    Boosting is compared with the better of the two regressions. No choice is made
    where the training data of a fold have one kind of outcome only.
    """
    drawn, folds = _drawn_sessions(rows["session_id"], seed, max_rows)
    rows, failed = rows[drawn], failed[drawn]
    if any(len(set(failed[folds != fold])) < 2 for fold in range(FOLDS)):
        return ModelChoice({})
    losses = _losses(rows, failed, folds, seed)
    sessions, _ = pd.factorize(rows["session_id"])
    crossed = clustered_mean(losses["crossed"] - losses["plain"], sessions)
    best = losses["crossed"] if _wins(crossed) else losses["plain"]
    boosting = clustered_mean(losses["boosting"] - best, sessions)
    return ModelChoice({"crossed": crossed, "boosting": boosting})


def _wins(gain: Estimate | None) -> bool:
    return gain is not None and gain.value < -gain.se


def _drawn_sessions(
    sessions: pd.Series, seed: int, max_rows: int
) -> tuple[Booleans, Integers]:
    """Mark the rows of randomly drawn sessions; return the fold of each marked row."""
    codes, names = pd.factorize(sessions)
    order = np.random.default_rng(seed).permutation(len(names))
    sizes = np.bincount(codes, minlength=len(names))
    before = np.empty(len(names), dtype=np.int64)
    before[order] = np.cumsum(sizes[order]) - sizes[order]
    folds = np.empty(len(names), dtype=np.int64)
    folds[order] = np.arange(len(names)) % FOLDS
    drawn = before[codes] < max_rows
    return drawn, folds[codes[drawn]]


def _losses(
    rows: pd.DataFrame, failed: Floats, folds: Integers, seed: int
) -> dict[str, Floats]:
    losses = {name: np.empty(len(rows)) for name in ("plain", "crossed", "boosting")}
    features, numbers = failure_model.inputs(rows), _as_numbers(rows)
    for fold in range(FOLDS):
        seen, unseen = folds != fold, folds == fold
        # boosting cannot bin a column that has no value at all
        numbers[:, np.isnan(numbers[seen]).all(axis=0)] = 0.0
        boosting = _boosting(seed).fit(numbers[seen], failed[seen])
        predicted = {"boosting": boosting.predict_proba(numbers[unseen])[:, 1]}
        for name in ("plain", "crossed"):
            model = failure_model.failure_model(
                seed, is_crossed=name == "crossed", tolerance=TOLERANCE
            )
            failure_model.fit_to(model, features[seen], failed[seen])
            scorecard = failure_model.scorecard(model)
            predicted[name] = expit(scorecard.log_odds(rows[unseen]))
        for name, probabilities in predicted.items():
            losses[name][unseen] = log_losses(probabilities, failed[unseen])
    return losses


def _boosting(seed: int) -> HistGradientBoostingClassifier:
    names = range(
        len(failure_model.NUMERIC),
        len(failure_model.NUMERIC) + len(failure_model.CATEGORICAL),
    )
    return HistGradientBoostingClassifier(
        max_iter=60,
        max_leaf_nodes=15,
        min_samples_leaf=40,
        early_stopping=False,
        categorical_features=list(names),
        random_state=seed,
    )


def _as_numbers(rows: pd.DataFrame) -> Floats:
    """Return the features as boosting takes them, names as codes."""
    numeric = rows[failure_model.NUMERIC].astype("float64").to_numpy()
    codes = [
        pd.factorize(rows[name], sort=True)[0] for name in failure_model.CATEGORICAL
    ]
    return np.column_stack(
        [numeric, *(np.minimum(code, MAX_NAMES - 1) for code in codes)]
    )

"""The probability that a call failed, from what is known right after it."""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from llm_telemetry.triage.calibration import CalibrationMap

Floats = npt.NDArray[np.float64]

NUMERIC = [
    "latency_ms",
    "prompt_tokens",
    "completion_tokens",
    "total_tokens",
    "cost_usd",
    "tool_calls_count",
    "tokens_per_second",
    "prompt_to_completion_ratio",
]
CATEGORICAL = [
    "model_provider",
    "model_name",
    "use_case",
    "channel",
    "account_tier",
    "region",
    "segment",
]
MAX_ITERATIONS = 1000
TOLERANCE = 1e-6
# so that no choice hangs on the last bits of a sum
PROBABILITY_DECIMALS = 10
# bounds what scoring holds in memory at a time
CHUNK_ROWS = 50_000


def log_magnitude(values: Floats) -> Floats:
    """Return log(1 + x), with negative values taken as 0 and missing ones kept."""
    logs: Floats = np.log1p(np.maximum(values, 0.0))
    return logs


def failure_model(seed: int) -> Pipeline:
    """Return the unfitted model.

    Without class weights: weighting the classes shifts every probability, and the
    threshold is economics applied to probabilities.
    """
    numeric = make_pipeline(
        FunctionTransformer(log_magnitude, feature_names_out="one-to-one"),
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        StandardScaler(),
    )
    categorical = OneHotEncoder(handle_unknown="ignore", sparse_output=True)
    columns = ColumnTransformer(
        [("numeric", numeric, NUMERIC), ("categorical", categorical, CATEGORICAL)],
        # always sparse: a column of a thousand names must not cost a thousand columns
        sparse_threshold=1.0,
        verbose_feature_names_out=False,
    )
    regression = LogisticRegression(
        solver="lbfgs", max_iter=MAX_ITERATIONS, tol=TOLERANCE, random_state=seed
    )
    return Pipeline([("columns", columns), ("regression", regression)])


def fit(rows: pd.DataFrame, failed: Floats, *, seed: int) -> Pipeline:
    """Return the model fitted on rows whose outcome is known."""
    with warnings.catch_warnings():
        # whether it converged is reported with the decision
        warnings.simplefilter("ignore", ConvergenceWarning)
        return failure_model(seed).fit(_inputs(rows), failed)


def logits(model: Pipeline, rows: pd.DataFrame) -> Floats:
    """Return the log odds of failure of each row."""
    chunks = [
        model.decision_function(_inputs(rows.iloc[start : start + CHUNK_ROWS]))
        for start in range(0, len(rows), CHUNK_ROWS)
    ]
    return np.concatenate([np.empty(0), *chunks])


@dataclass(frozen=True)
class Scorer:
    """A fitted model and the map that calibrates it."""

    model: Pipeline
    calibration: CalibrationMap

    def probabilities(self, rows: pd.DataFrame) -> Floats:
        """Return the probability of failure of each row."""
        mapped = self.calibration.apply(logits(self.model, rows))
        return np.round(mapped, PROBABILITY_DECIMALS)


def has_converged(model: Pipeline) -> bool:
    """Say whether the fit ended before its last allowed iteration."""
    return bool(model["regression"].n_iter_[0] < MAX_ITERATIONS)


def described(model: Pipeline) -> dict[str, Any]:
    """Return what it takes to score a call elsewhere, ready for JSON."""
    names = model["columns"].get_feature_names_out()
    regression = model["regression"]
    _, imputer, scaler = model["columns"].named_transformers_["numeric"]
    return {
        "kind": "logistic_regression",
        "numeric_features": NUMERIC,
        "categorical_features": CATEGORICAL,
        "iterations": int(regression.n_iter_[0]),
        "converged": has_converged(model),
        "medians_of_log1p": _rounded(zip(NUMERIC, imputer.statistics_, strict=True)),
        "means": _rounded(zip(names, scaler.mean_, strict=False)),
        "scales": _rounded(zip(names, scaler.scale_, strict=False)),
        "intercept": round(float(regression.intercept_[0]), 10),
        "coefficients": _rounded(zip(names, regression.coef_[0], strict=True)),
    }


def _inputs(rows: pd.DataFrame) -> pd.DataFrame:
    numeric = rows[NUMERIC].astype("float64")
    categorical = rows[CATEGORICAL].astype(object).fillna("(missing)")
    return pd.concat([numeric, categorical], axis=1)


def _rounded(pairs: Any) -> dict[str, float]:
    return {name: round(float(value), 10) for name, value in pairs}

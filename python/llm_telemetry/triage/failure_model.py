"""The probability that a call failed, from what is known right after it."""

import warnings
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

from llm_telemetry.triage.calibration_map import kept
from llm_telemetry.triage.scorecard import Scorecard, log_magnitude, names_of

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
# a product fails where a use case meets a tier, or a model that is wrong for it
CROSSED = ["use_case x account_tier", "use_case x model_name"]
# on simulated worlds of 3,600 and 20,000 calls a slope nearer to 1 than scikit-learn's
# default of 1 gives, and a lower log loss
INVERSE_PENALTY = 0.1
MAX_ITERATIONS = 1000
TOLERANCE = 1e-6


def failure_model(
    seed: int, *, is_crossed: bool = False, tolerance: float = TOLERANCE
) -> Pipeline:
    """Return the unfitted model.

    Without class weights: weighting the classes shifts every probability, and the
    threshold is economics applied to probabilities.
    """
    numeric = make_pipeline(
        FunctionTransformer(log_magnitude, feature_names_out="one-to-one"),
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        StandardScaler(),
    )
    names = CATEGORICAL + (CROSSED if is_crossed else [])
    categorical = OneHotEncoder(handle_unknown="ignore", sparse_output=True)
    columns = ColumnTransformer(
        [("numeric", numeric, NUMERIC), ("categorical", categorical, names)],
        # always sparse: a column of a thousand names must not cost a thousand columns
        sparse_threshold=1.0,
        verbose_feature_names_out=False,
    )
    regression = LogisticRegression(
        C=INVERSE_PENALTY,
        solver="lbfgs",
        max_iter=MAX_ITERATIONS,
        tol=tolerance,
        random_state=seed,
    )
    return Pipeline([("columns", columns), ("regression", regression)])


def fit(
    rows: pd.DataFrame, failed: Floats, *, seed: int, is_crossed: bool = False
) -> Pipeline:
    """Return the model fitted on rows whose outcome is known."""
    return fit_to(failure_model(seed, is_crossed=is_crossed), inputs(rows), failed)


def fit_to(model: Pipeline, features: pd.DataFrame, failed: Floats) -> Pipeline:
    """Fit a model to features as ``inputs`` returns them."""
    with warnings.catch_warnings():
        # whether it converged is reported with the decision
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(features, failed)


def scorecard(model: Pipeline) -> Scorecard:
    """Return the fitted model as a scorecard.

    Scaling and imputation are folded in: a weight is for the logarithm as it is, and
    the means go into the intercept.
    """
    columns, regression = model["columns"], model["regression"]
    _, imputer, scaler = columns.named_transformers_["numeric"]
    scaled = len(scaler.scale_)
    weights = regression.coef_[0, :scaled] / scaler.scale_
    where_missing = weights[: len(NUMERIC)] * imputer.statistics_
    where_missing[imputer.indicator_.features_] += weights[len(NUMERIC) :]
    encoder = columns.named_transformers_["categorical"]
    coefficients = iter(regression.coef_[0, scaled:])
    levels = {
        feature: {name: kept(next(coefficients)) for name in names}
        for feature, names in zip(
            encoder.feature_names_in_, encoder.categories_, strict=True
        )
    }
    return Scorecard(
        intercept=kept(regression.intercept_[0] - weights @ scaler.mean_),
        numbers={
            feature: (kept(weights[place]), kept(where_missing[place]))
            for place, feature in enumerate(NUMERIC)
        },
        levels=levels,
    )


def iterations(model: Pipeline) -> int:
    """Return how many steps the fit took."""
    return int(model["regression"].n_iter_[0])


def has_converged(model: Pipeline) -> bool:
    """Say whether the fit ended before its last allowed iteration."""
    return iterations(model) < MAX_ITERATIONS


def described(model: Pipeline) -> dict[str, Any]:
    """Return what the regression learned, on the scale it was fitted on."""
    names = model["columns"].get_feature_names_out()
    regression = model["regression"]
    _, imputer, scaler = model["columns"].named_transformers_["numeric"]
    encoder = model["columns"].named_transformers_["categorical"]
    return {
        "kind": "logistic_regression",
        "numeric_features": NUMERIC,
        "categorical_features": list(encoder.feature_names_in_),
        "iterations": iterations(model),
        "converged": has_converged(model),
        "medians_of_log1p": _rounded(zip(NUMERIC, imputer.statistics_, strict=True)),
        "means": _rounded(zip(names, scaler.mean_, strict=False)),
        "scales": _rounded(zip(names, scaler.scale_, strict=False)),
        "intercept": round(float(regression.intercept_[0]), 10),
        "coefficients": _rounded(zip(names, regression.coef_[0], strict=True)),
    }


def inputs(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the features as the model takes them, crossed names included."""
    named = {name: names_of(rows, name) for name in CATEGORICAL + CROSSED}
    return pd.concat([rows[NUMERIC].astype("float64"), pd.DataFrame(named)], axis=1)


def _rounded(pairs: Any) -> dict[str, float]:
    return {name: round(float(value), 10) for name, value in pairs}

"""Triage as the published reference does it: balanced classes, a grid of thresholds."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

FAILURE_USD, REVIEW_USD = 40.0, 2.0
CAPACITY_PER_DAY, CAPACITY_P90 = 200, 250


def triage(
    history: pd.DataFrame,
    evaluation: pd.DataFrame,
    features: tuple[list[str], list[str]],
    out_dir: Path,
) -> dict[str, pd.DataFrame]:
    """Fit a balanced logistic model, try every threshold, write the queue."""
    numbers, names = features
    judged = scored(history, evaluation, numbers, names)
    curve = threshold_curve(judged)
    feasible = curve[curve["feasible"]]
    chosen = (feasible if len(feasible) else curve).sort_values("expected_cost").iloc[0]
    policy = {
        "threshold": chosen["threshold"],
        "roc_auc": roc_auc_score(judged["is_failure"], judged["proba_failure"]),
        "average_precision": average_precision_score(
            judged["is_failure"], judged["proba_failure"]
        ),
    }
    text = json.dumps(policy, indent=2, default=float)
    (out_dir / "triage_threshold_policy.json").write_text(text + "\n")
    judged["action_review"] = judged["proba_failure"] >= chosen["threshold"]
    shown = [
        "interaction_id",
        "timestamp_utc",
        "use_case",
        "proba_failure",
        "action_review",
    ]
    queue = judged[shown].sort_values("proba_failure", ascending=False)
    return {"triage_threshold_curve": curve, "triage_actions_preview": queue}


def scored(
    history: pd.DataFrame,
    evaluation: pd.DataFrame,
    numbers: list[str],
    names: list[str],
) -> pd.DataFrame:
    """Return the evaluation rows with the probability that a model of history gives."""
    fitted = history.dropna(subset=["is_failure"])
    columns = ColumnTransformer(
        [
            (
                "numbers",
                make_pipeline(SimpleImputer(strategy="median"), StandardScaler()),
                numbers,
            ),
            ("names", OneHotEncoder(handle_unknown="ignore"), names),
        ]
    )
    model = make_pipeline(
        columns, LogisticRegression(class_weight="balanced", max_iter=1000)
    )
    model.fit(fitted[numbers + names], fitted["is_failure"].astype(int))
    judged = evaluation.dropna(subset=["is_failure"]).copy()
    judged["proba_failure"] = model.predict_proba(judged[numbers + names])[:, 1]
    return judged


def threshold_curve(judged: pd.DataFrame) -> pd.DataFrame:
    """Return reviews, misses and cost at every threshold of a grid."""
    rows = []
    failed = judged["is_failure"] == 1
    days = judged["date"].nunique()
    for threshold in np.arange(0.01, 0.955, 0.01):
        reviewed = judged["proba_failure"] >= threshold
        daily = judged[reviewed].groupby("date").size()
        load = daily.reindex(judged["date"].unique(), fill_value=0)
        missed = (failed & ~reviewed).sum()
        rows.append(
            {
                "threshold": threshold,
                "expected_cost": REVIEW_USD * reviewed.sum() + FAILURE_USD * missed,
                "reviewed_rows": reviewed.sum(),
                "fn": missed,
                "tp": (failed & reviewed).sum(),
                "mean_reviews_per_day": reviewed.sum() / days,
                "feasible": reviewed.sum() / days <= CAPACITY_PER_DAY
                and load.quantile(0.9) <= CAPACITY_P90,
            }
        )
    return pd.DataFrame(rows)

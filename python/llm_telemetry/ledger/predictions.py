"""Predictions of a decision, which later days can confirm or refute."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

Floats = npt.NDArray[np.float64]
Row = dict[str, Any]

WEEK = 7  # days
MIN_DAYS = 3 * WEEK  # full days needed to estimate the variance between days
MAX_LAG = 5  # days over which residuals may be autocorrelated
TRAFFIC = (
    ("interactions_per_day", "interactions", None, "interactions per day"),
    ("cost_per_day", "cost_usd", None, "USD per day"),
    ("failure_rate", "failures", "known_outcomes", "failures per interaction"),
    ("sla_breach_rate", "sla_breaches", "measured_latencies", "breaches per call"),
)
ARM = ("use_case", "model_provider", "model_name")
OUTCOME = ("decision_id", "prediction", "use_case", "realised_value", "realised_se")
REVIEW_POLICIES = {"threshold": "stream_threshold", "topk": "batch_topk"}
PRICES = ("sla_ms", "failure_event_cost_usd", "sla_breach_penalty_usd")


@dataclass(frozen=True)
class Prediction:
    """A value, its standard error and its 95 % prediction interval."""

    value: float
    se: float
    low: float
    high: float

    def times(self, factor: float) -> "Prediction":
        """Return the prediction of a multiple; a negative factor swaps the ends."""
        ends = sorted((self.low * factor, self.high * factor))
        return Prediction(self.value * factor, self.se * abs(factor), *ends)


def next_mean(top: Floats, bottom: Floats | None, horizon: int) -> Prediction | None:
    """Predict sum(top) / sum(bottom), or the mean of top, over ``horizon`` days.

    Learns from the latest whole weeks. Day d moves the ratio R by
    r_d = (top_d - R bottom_d) / mean(bottom), minus the mean of its weekday, as whole
    weeks have each weekday equally often. w is the long-run variance of these
    residuals (Newey & West 1987, Bartlett weights; never below the plain variance).
    The difference between the means of n past and H future days has the variance
    se^2 = w (1/n + 1/H); the t interval has 1.5 n/L degrees of freedom for L lags
    (Kiefer & Vogelsang 2005). None if there are too few days or all are equal.
    """
    n = len(top) // WEEK * WEEK
    tops = top[len(top) - n :]
    bottoms = np.ones(n) if bottom is None else bottom[len(top) - n :]
    if n < MIN_DAYS or not bottoms.sum() > 0:
        return None
    ratio = float(tops.sum() / bottoms.sum())
    residuals = ((tops - ratio * bottoms) / bottoms.mean()).reshape(-1, WEEK)
    spread = _long_run_variance((residuals - residuals.mean(axis=0)).ravel())
    if not spread > 0:
        return None
    se = sqrt(n / (n - WEEK) * spread * (1 / n + 1 / horizon))
    freedom = min(1.5 * n / MAX_LAG, n - WEEK)
    reach = float(stats.t.ppf(0.975, freedom)) * se
    return Prediction(ratio, se, ratio - reach, ratio + reach)


def _long_run_variance(residuals: Floats) -> float:
    n = len(residuals)
    lagged = [residuals[lag:] @ residuals[: n - lag] / n for lag in range(MAX_LAG + 1)]
    weights = 1 - np.arange(1, MAX_LAG + 1) / (MAX_LAG + 1)
    return float(lagged[0]) + max(2 * float(weights @ lagged[1:]), 0.0)


def predict(
    health_by_day: pd.DataFrame,
    unit_costs_by_day: pd.DataFrame,
    knobs: Mapping[str, float],
    *,
    routing_policy: Sequence[Row],
    review_policy: str,
    review_policies: Sequence[Row],
    quality_rates: Sequence[Row] = (),
) -> list[Row]:
    """Return one row per prediction of the days after the newest interaction.

    ``routing_policy``, ``review_policies`` and ``quality_rates`` are the evidence of
    the three decisions, ``review_policy`` is the verdict of triage. The newest day may
    be incomplete and is not used.
    """
    if health_by_day.empty:
        return []
    horizon = int(knobs["ledger_horizon_days"])
    newest = health_by_day["interaction_date"].max()
    past = _latest_full_days(health_by_day, newest, 2 * horizon)
    spent = _latest_full_days(unit_costs_by_day, newest, 2 * horizon)
    rows = [
        *_traffic(past, horizon),
        *_reviews(past, horizon, review_policy, review_policies),
        *_unit_costs(spent, past["interaction_date"], horizon),
        *_routing_gaps(routing_policy),
        *_quality(quality_rates),
    ]
    starts: date = (newest + timedelta(days=1)).date()
    period = {
        "starts_on": starts.isoformat(),
        "ends_on": (starts + timedelta(days=horizon - 1)).isoformat(),
    }
    return [row | period | {name: knobs[name] for name in PRICES} for row in rows]


def entries(
    predicted: Sequence[Row], outcomes: pd.DataFrame, artifact: Mapping[str, Any]
) -> list[Row]:
    """Return the lines for the ledger: predictions, and outcomes of earlier ones."""
    signed = {name: artifact[name] for name in ("decision_id", "as_of")}
    judged = {"judged_by": signed["decision_id"], "judged_as_of": signed["as_of"]}
    realised = outcomes[list(OUTCOME)].astype(object)
    known = realised.where(realised.notna(), None).to_dict("records")
    return [
        *({**signed, **prediction} for prediction in predicted),
        *({**outcome, **judged} for outcome in known),
    ]


def _latest_full_days(frame: pd.DataFrame, newest: Any, days: int) -> pd.DataFrame:
    age = newest - frame["interaction_date"]
    kept: pd.DataFrame = frame[
        (age > timedelta(days=0)) & (age <= timedelta(days=days))
    ]
    return kept.sort_values("interaction_date")


def _traffic(past: pd.DataFrame, horizon: int) -> list[Row]:
    rows = []
    for name, top, bottom, unit in TRAFFIC:
        bottoms = None if bottom is None else _floats(past[bottom])
        if predicted := next_mean(_floats(past[top]), bottoms, horizon):
            rows.append(_row(name, predicted, unit))
    return rows


def _reviews(
    past: pd.DataFrame, horizon: int, verdict: str, policies: Sequence[Row]
) -> list[Row]:
    """Predict the reviews per day, at the review share of the evaluation window."""
    shares = {policy["policy"]: policy["review_share"] for policy in policies}
    share = shares.get(REVIEW_POLICIES.get(verdict, verdict))
    volume = next_mean(_floats(past["interactions"]), None, horizon)
    if share is None or volume is None:
        return []
    row = _row("reviews_per_day", volume.times(share), "reviews per day")
    return [row | {"review_policy": verdict}]


def _unit_costs(spent: pd.DataFrame, days: pd.Series, horizon: int) -> list[Row]:
    """Predict each use case's cost per interaction if its routing does not change."""
    rows = []
    for use_case, own in spent.groupby("use_case", sort=True):
        filled = own.set_index("interaction_date").reindex(days)
        predicted = next_mean(
            _floats(filled["unit_cost_usd"]),
            _floats(filled["complete_interactions"]),
            horizon,
        )
        if predicted:
            row = _row("unit_cost", predicted, "USD per interaction")
            rows.append(row | {"use_case": use_case})
    return rows


def _routing_gaps(policy: Sequence[Row]) -> list[Row]:
    """Predict the cost of each chosen arm minus that of the use case's other arms.

    The evaluation estimates Delta, the arm minus the logged mix. If the arm served a
    share w of the mix, arm minus others = Delta / (1 - w). Unlike Delta, this gap does
    not change when the arm is given more traffic.
    """
    rows = []
    for pick in policy:
        value, low, high = (
            pick.get(f"unit_cost_delta{end}") for end in ("", "_low", "_high")
        )
        if value is None or low is None or high is None or not high > low:
            continue
        others = 1 - pick["evaluation_rows_on_arm"] / pick["evaluation_rows"]
        if others == 0:
            continue
        delta = Prediction(value, (high - low) / 2 / 1.959964, low, high)
        row = _row("routing_gap", delta.times(1 / others), "USD per interaction")
        rows.append(row | {key: pick[key] for key in ARM})
    return rows


def _quality(rates: Sequence[Row]) -> list[Row]:
    """Predict that the stated rates of bad answers of everything stay as they are."""
    rows = []
    for found in rates:
        if found["scope_kind"] != "everything":
            continue
        # bounds are no estimate
        if found["verdict"] in {"rate", "labels_only"}:
            value, low, high = (found[f"rate{end}"] for end in ("", "_low", "_high"))
            rate = Prediction(value, (high - low) / 2 / 1.959964, low, high)
            rows.append(_row(f"quality.{found['dimension']}", rate, "share of answers"))
    return rows


def _row(name: str, predicted: Prediction, unit: str) -> Row:
    gaps = dict.fromkeys((*ARM, "review_policy"))
    return {"prediction": name, **gaps, **vars(predicted), "unit": unit}


def _floats(column: pd.Series) -> Floats:
    return column.fillna(0).to_numpy(dtype=np.float64)

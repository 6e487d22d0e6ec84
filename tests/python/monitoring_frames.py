"""Marts of budgets, written by hand."""

from typing import Any

import pandas as pd

from llm_telemetry.decisions import budget
from llm_telemetry.decisions.types import Decision

KNOBS = {
    "missing_budget_share": 0.2,
    "drift_false_discovery_rate": 0.05,
    "min_concept_distance": 0.2,
    "max_window_overlap_rate": 0.05,
}
TODAY = pd.Timestamp("2025-03-01")


def burn(**changes: Any) -> pd.DataFrame:
    """Return the last day's burn of the failure budget over 28 days."""
    row = {
        "interaction_date": TODAY,
        "budget": "failures",
        "window_days": 28,
        "measured": 990,
        "missing": 10,
        "burn_rate": 0.5,
        "burn_rate_low": 0.49,
        "burn_rate_high": 0.99,
        "budget_rate": 0.02,
        "periods_over_budget": 0,
    }
    return pd.DataFrame([row | changes])


def alerts(*rows: dict[str, Any]) -> pd.DataFrame:
    """Return alerts of the last day that are calm but for what is said."""
    calm = {
        **dict.fromkeys(budget.EVIDENCE),
        "interaction_date": TODAY,
        "budget": "failures",
        "alert": "28d",
        "severity": "ticket",
        "long_days": 28,
        "period_days": 28,
        "factor": 1.0,
        "status": "ok",
        "reason": "below_factor",
        "escalates_to": None,
        "could_missing_flip_it": False,
        "expected_bad_events": 20.0,
    }
    return pd.DataFrame([calm | row for row in rows or ({},)])


def forecast(low: float = 50, high: float = 70) -> pd.DataFrame:
    """Return the forecast of a month with a budget of 100 USD."""
    row = {
        "budget_usd": 100.0,
        "month_to_date_usd": 30.0,
        "forecast_usd": (low + high) / 2,
        "forecast_low_usd": low,
        "forecast_high_usd": high,
        "over_budget_probability": float(low > 100),
        "status": "forecast",
    }
    return pd.DataFrame([row])


def budget_of(*rows: dict[str, Any], **interval: float) -> Decision:
    return budget.decide(burn(), alerts(*rows), forecast(**interval), KNOBS)

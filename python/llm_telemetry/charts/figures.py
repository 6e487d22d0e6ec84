"""Which charts the report has, by the name of their file."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from llm_telemetry.charts import costs, days, judged, triage
from llm_telemetry.charts.spec import MOST_MEMBERS, Chart
from llm_telemetry.decisions.types import rows

FOLDER = "figures"


def of_marts(marts: Mapping[str, pd.DataFrame], zone: str) -> dict[str, Chart]:
    """Return the charts that need no decision; ``zone`` is that of business days."""
    slices = marts["risk_slices"]
    # those that could not be judged have no rank, and come last by traffic
    ranked = slices.sort_values(
        ["risk_rank", "interactions"], ascending=[True, False], kind="stable"
    )
    leading, total = rows(ranked.head(MOST_MEMBERS)), len(slices)
    by_day, burn = (
        rows(marts[name].sort_values("interaction_date", kind="stable"))
        for name in ("health_by_day", "budget_burn")
    )
    return {
        "health_by_day": days.health(by_day, burn, zone),
        "budget_burn": days.burn(burn, zone),
        "slices_failures": judged.slices(leading, "failure", total),
        "slices_sla": judged.slices(leading, "sla", total),
        "drift": judged.drift(rows(marts["drift"])),
        "cost_drivers": costs.drivers(rows(marts["cost_drivers"])),
        "cost_forecast": costs.forecast(rows(marts["cost_forecast"]), zone),
    }


def of_routing(policy: pd.DataFrame, backtest: pd.DataFrame) -> dict[str, Chart]:
    """Return the charts of the routing policy and its backtest."""
    return {
        "routing_estimators": judged.estimators(rows(backtest)),
        "routing_use_cases": judged.use_cases(rows(policy)),
    }


def of_triage(policy: Mapping[str, Any], curve: pd.DataFrame) -> dict[str, Chart]:
    """Return the charts of the scores and of the threshold."""
    return {
        "triage_calibration": triage.calibration(
            policy.get("calibration", {}).get("bins", [])
        ),
        "triage_cost": triage.cost(rows(curve), policy),
    }

"""The backtest as a table: one row per policy and estimator."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from llm_telemetry.decisions.statistics import Estimate
from llm_telemetry.routing.estimation.value import Contrast

BACKTEST_COLUMNS = [
    "policy",
    "estimator",
    "use_cases_total",
    "use_cases_covered",
    "evaluation_rows",
    "covered_rows",
    "covered_share",
    "sessions",
    "effective_sessions",
    "baseline_unit_cost",
    "unit_cost",
    "unit_cost_delta",
    "unit_cost_delta_se",
    "unit_cost_delta_low",
    "unit_cost_delta_high",
    "failure_rate",
    "failure_rate_delta",
    "failure_rate_delta_low",
    "failure_rate_delta_high",
    "total_cost",
    "total_cost_delta",
]
Contrasts = Mapping[tuple[str, str], Contrast]


def tabulate(contrasts: Contrasts, rows: pd.DataFrame) -> pd.DataFrame:
    """Return every estimate of every policy.

    Each row compares on the rows it covers: its baseline is theirs.
    """
    totals = {
        "use_cases_total": rows["use_case"].nunique(),
        "evaluation_rows": len(rows),
    }
    table = [
        {"policy": policy, **totals, **_flatten(contrast, len(rows))}
        for (policy, _), contrast in contrasts.items()
    ]
    return pd.DataFrame(table, columns=BACKTEST_COLUMNS)


def name_estimates(contrasts: Contrasts) -> dict[str, Estimate]:
    """Return every estimate of a difference by policy, estimator and measure."""
    named = {}
    for (policy, estimator), contrast in contrasts.items():
        if policy != "baseline":
            name = f"{policy}.{estimator}"
            named[f"{name}.unit_cost_delta"] = contrast.unit_cost_delta
            named[f"{name}.failure_rate_delta"] = contrast.failure_rate_delta
            if contrast.cash_delta is not None:
                named[f"{name}.cash_delta"] = contrast.cash_delta
    return named


def _flatten(contrast: Contrast, evaluation_rows: int) -> dict[str, Any]:
    cost, failures = contrast.unit_cost_delta, contrast.failure_rate_delta
    return {
        "estimator": contrast.estimator,
        "use_cases_covered": contrast.covered_use_cases,
        "covered_rows": contrast.covered_rows,
        "covered_share": contrast.covered_rows / evaluation_rows,
        "sessions": cost.clusters,
        "effective_sessions": contrast.effective_sessions,
        "baseline_unit_cost": contrast.baseline_unit_cost,
        "unit_cost": contrast.unit_cost,
        "unit_cost_delta": cost.value,
        "unit_cost_delta_se": cost.se,
        "unit_cost_delta_low": cost.low,
        "unit_cost_delta_high": cost.high,
        "failure_rate": contrast.failure_rate,
        "failure_rate_delta": failures.value,
        "failure_rate_delta_low": failures.low,
        "failure_rate_delta_high": failures.high,
        "total_cost": contrast.unit_cost * contrast.covered_rows,
        "total_cost_delta": cost.value * contrast.covered_rows,
    }

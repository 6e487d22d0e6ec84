"""The sections of triage_threshold_policy.json."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, roc_auc_score

from llm_telemetry.inference import Estimate
from llm_telemetry.triage.review_policy import Economics
from llm_telemetry.triage.review_value import Scored


def windows_section(
    by_name: Mapping[str, pd.DataFrame], windows: pd.DataFrame
) -> list[dict[str, Any]]:
    """Return what each window is and how many of its rows were used."""
    facts = windows[windows["window_name"].isin(list(by_name))]
    columns = [
        "window_name",
        "window_method",
        "starts_at",
        "ends_at",
        "overlap_rate",
        "sampling_fraction",
    ]
    return [
        {
            **{str(column): fact for column, fact in row.items()},
            "rows_used": len(by_name[row["window_name"]]),
            "known_failures": int(by_name[row["window_name"]]["is_failure"].sum()),
        }
        for row in facts[columns].sort_values("starts_at").to_dict("records")
    ]


def economics_section(economics: Economics) -> dict[str, float]:
    """Return the knobs the threshold follows from."""
    return {
        "review_cost_usd": economics.review_cost,
        "missed_failure_cost_usd": economics.fn_cost,
        "review_repair_share": economics.repair_share,
        "capacity_per_day": economics.capacity_per_day,
        "capacity_p90_guard": economics.capacity_p90_guard,
    }


def threshold_section(
    economics: Economics, threshold: float | None, set_on: str
) -> dict[str, float | str | None]:
    """Return t*, the threshold capacity allows, and what one more review is worth."""
    price = None if threshold is None else economics.shadow_price(threshold)
    return {
        "break_even": economics.threshold,
        "stream": threshold,
        "shadow_price_usd": price,
        "load_seen_on": set_on,
    }


def discrimination_section(scored: Scored, economics: Economics) -> dict[str, Any]:
    """Return how well the scores order the calls; it decides nothing."""
    known = ~np.isnan(scored.failed)
    failed, scores = scored.failed[known], scored.probabilities[known]
    base_rate = float(failed.mean())
    has_both = 0 < base_rate < 1
    return {
        "rows": len(failed),
        "base_rate": base_rate,
        "roc_auc": float(roc_auc_score(failed, scores)) if has_both else None,
        "average_precision": float(average_precision_score(failed, scores))
        if has_both
        else None,
        "break_even_repair_share": economics.review_cost
        / (economics.fn_cost * base_rate)
        if economics.fn_cost * base_rate > 0
        else None,
    }


def estimates_section(estimates: Mapping[str, Estimate]) -> dict[str, dict[str, Any]]:
    """Return each estimate with its interval."""
    return {name: asdict(estimate) for name, estimate in estimates.items()}

"""Where the verdict turns if a cost, or what a review repairs, is not as assumed."""

from dataclasses import replace
from itertools import product

import numpy as np

from llm_telemetry.decisions.types import Row
from llm_telemetry.triage.calibration import CalibrationReport
from llm_telemetry.triage.review_policy import Economics, stream_threshold
from llm_telemetry.triage.review_value import Scored, review_value

REPAIR_SHARES = (1.0, 0.75, 0.5)
COST_FACTORS = (0.5, 1.0, 2.0)


def sensitivity(
    setting: Scored,
    scored: Scored,
    economics: Economics,
    report: CalibrationReport,
    *,
    is_overlapping: bool,
) -> tuple[Row, ...]:
    """Return the verdict under each repair share, missed-failure and review cost.

    All costs are multiples of c_r and eta c_fn, so that the verdict depends on
    t* = c_r / (eta c_fn) alone: it is found once for each t*.
    """
    verdicts: dict[str, str] = {}
    scores = np.unique(setting.probabilities)
    rows = []
    for share, missed, review in product(REPAIR_SHARES, COST_FACTORS, COST_FACTORS):
        tried = replace(
            economics,
            repair_share=share * economics.repair_share,
            fn_cost=missed * economics.fn_cost,
            review_cost=review * economics.review_cost,
        )
        price = f"{tried.threshold:.10g}"
        if price not in verdicts:
            threshold = stream_threshold(
                setting.probabilities, setting.traffic, tried, scores=scores
            )
            verdicts[price] = review_value(
                scored, tried, threshold, report, is_overlapping=is_overlapping
            ).verdict
        rows.append(_row(tried, verdicts[price]))
    as_is = f"{economics.threshold:.10g}"
    return tuple({**row, "flips": row["verdict"] != verdicts[as_is]} for row in rows)


def _row(economics: Economics, verdict: str) -> Row:
    return {
        "review_repair_share": economics.repair_share,
        "triage_fn_cost_usd": economics.fn_cost,
        "review_cost": economics.review_cost,
        "break_even_threshold": economics.threshold,
        "verdict": verdict,
    }

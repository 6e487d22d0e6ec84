"""Random audits for the rate of bad answers, beside those of the review policy."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from llm_telemetry.triage import QUEUE_COLUMNS
from llm_telemetry.triage.audit import uniform_draws


def with_audits(
    queue: pd.DataFrame,
    features: pd.DataFrame,
    knobs: Mapping[str, float],
    time_zone: str,
) -> pd.DataFrame:
    """Add quality_audits_per_day random audits per day to the queue of triage.

    They are drawn from all calls of a business day, independently of what triage drew,
    so that a call is reviewed with probability 1 - (1 - p)(1 - k / n). Where triage
    refused, and its queue is empty, they are the whole queue. ``features`` is the mart
    triage_features.
    """
    per_day = int(knobs["quality_audits_per_day"])
    if not per_day:
        return queue
    calls = _unscored(features) if queue.empty else queue
    days = calls["timestamp_utc"].dt.tz_localize("UTC").dt.tz_convert(time_zone).dt.date
    names = "quality " + calls["interaction_id"].astype(str)
    draws = pd.Series(uniform_draws(names, seed=int(knobs["random_seed"])), calls.index)
    rank = draws.groupby(days).rank(method="first")
    share = np.minimum(per_day / days.groupby(days).transform("size"), 1.0)
    is_new = (rank <= per_day) & ~calls["action_review"].astype(bool)
    probability = 1 - (1 - calls["review_probability"]) * (1 - share)
    return calls.assign(
        action_review=calls["action_review"].astype(bool) | is_new,
        review_reason=calls["review_reason"].mask(is_new, "audit"),
        review_probability=probability,
    )


def _unscored(features: pd.DataFrame) -> pd.DataFrame:
    """Return the evaluation window as a queue that nothing was drawn from yet."""
    calls = features[features["decision_window"] == "evaluation"]
    known = calls[calls["timestamp_utc"].notna()].reindex(columns=QUEUE_COLUMNS)
    return known.assign(
        proba_failure=np.nan,
        action_review=False,
        review_reason="",
        review_probability=0.0,
    ).reset_index(drop=True)

"""How well the scores order the calls; it is reported and decides nothing."""

from math import nan

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata
from sklearn.metrics import average_precision_score

from llm_telemetry.decisions.statistics import Estimate, from_influence
from llm_telemetry.decisions.types import Row
from llm_telemetry.triage.review_policy import Economics

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def roc_auc(probabilities: Floats, outcomes: Floats, clusters: Integers) -> Estimate:
    """Return the chance that a failure scores above a success, ties half.

    Placement values (DeLong, DeLong & Clarke-Pearson 1988): a failure moves it by the
    share of successes below it, a success by the share of failures above it. Unknown
    where all outcomes are of one kind.
    """
    failed = outcomes > 0
    failures, successes = int(failed.sum()), int((~failed).sum())
    if not failures or not successes:
        return from_influence(nan, np.full(len(outcomes), nan), clusters)
    ranks = rankdata(probabilities)
    within = np.empty_like(ranks)
    within[failed] = rankdata(probabilities[failed])
    within[~failed] = rankdata(probabilities[~failed])
    below = (ranks - within)[failed] / successes
    above = 1 - (ranks - within)[~failed] / failures
    value = float(below.mean())
    influence = np.empty_like(ranks)
    influence[failed] = (below - value) / failures
    influence[~failed] = (above - value) / successes
    return from_influence(value, influence, clusters)


def discrimination(
    probabilities: Floats, outcomes: Floats, economics: Economics
) -> Row:
    """Return base rate, average precision and the repair share that just pays."""
    base_rate = float(outcomes.mean())
    at_stake = economics.fn_cost * base_rate
    precision = (
        float(average_precision_score(outcomes, probabilities))
        if 0 < base_rate < 1
        else None
    )
    return {
        "rows": len(outcomes),
        "base_rate": base_rate,
        "average_precision": precision,
        "break_even_repair_share": economics.review_cost / at_stake
        if at_stake > 0
        else None,
    }

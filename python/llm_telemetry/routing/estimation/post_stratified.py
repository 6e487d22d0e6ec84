"""A policy's value without a model: its arms' rows, weighted to the mix of strata.

Its sufficient statistics are in the mart routing_strata.
"""

from collections.abc import Mapping
from math import nan

import numpy as np
import pandas as pd

from llm_telemetry.decisions.statistics import (
    Floats,
    effective_clusters,
    from_influence,
)
from llm_telemetry.routing.estimation.strata import (
    MEASURES,
    Labels,
    Mask,
    choose_strata,
)
from llm_telemetry.routing.estimation.value import Contrast


def logged(rows: pd.DataFrame, knobs: Mapping[str, float]) -> Contrast:
    """Set the logged routing against itself: the baseline."""
    strata = np.zeros(len(rows), dtype=np.int64)
    return _standardise("logged", rows.assign(is_chosen=True), strata, knobs)


def naive(rows: pd.DataFrame, knobs: Mapping[str, float]) -> Contrast:
    """Take the chosen arm's rows as they are, the use cases weighted by traffic.

    It is the reference's estimate: whom the arm happened to serve is not adjusted for.
    """
    strata = choose_strata(rows, min_rows=1, min_covered_share=0, levels=[()])
    return _standardise("naive_matched_rows", rows, strata, knobs)


def post_stratified(rows: pd.DataFrame, knobs: Mapping[str, float]) -> Contrast:
    """Weight the chosen arm's rows to the use case's mix of strata."""
    strata = choose_strata(
        rows,
        min_rows=knobs["min_requests_stratum"],
        min_covered_share=knobs["routing_min_covered_share"],
    )
    return _standardise("post_stratified", rows, strata, knobs)


def _standardise(
    estimator: str, rows: pd.DataFrame, strata: Labels, knobs: Mapping[str, float]
) -> Contrast:
    covered = rows[strata >= 0]
    codes = pd.factorize(strata[strata >= 0])[0]
    parts = {measure: _measure(covered, codes, measure) for measure in MEASURES}
    priced = {
        "cost_usd": 1.0,
        "is_failure": knobs["failure_event_cost_usd"],
        "is_sla_breach": knobs["sla_breach_penalty_usd"],
    }
    policy, baseline = (
        float(sum(priced[measure] * parts[measure][side] for measure in MEASURES))
        for side in (0, 1)
    )
    influence = np.zeros(len(covered))
    for measure in MEASURES:
        influence += priced[measure] * parts[measure][2]
    sessions = covered["session_id"]
    # the chosen arm's sessions are the few that the error rests on
    worth = _effective_sessions(covered, codes)
    failed, was_failed, failure_influence = parts["is_failure"]
    return Contrast(
        estimator=estimator,
        covered_rows=len(covered),
        covered_use_cases=covered["use_case"].nunique(),
        unit_cost=policy,
        baseline_unit_cost=baseline,
        failure_rate=failed,
        baseline_failure_rate=was_failed,
        unit_cost_delta=from_influence(
            policy - baseline, influence, sessions, freedom=worth - 1
        ),
        failure_rate_delta=from_influence(
            failed - was_failed, failure_influence, sessions, freedom=worth - 1
        ),
        effective_sessions=worth,
        freedom=worth - 1,
    )


def _measure(
    rows: pd.DataFrame, strata: Labels, measure: str
) -> tuple[float, float, Floats]:
    """Return the policy's mean, the logged mean, and each row's pull on their gap.

    With stratum shares w_s and means m_s over the known rows of one side, the side's
    mean is V = sum w_s m_s, and row i moves it by
    (m_s - V + 1{known} N_s / n_s (y_i - m_s)) / N: the doubly robust score with a
    stratum's mean for the outcome and its share for the propensity.
    """
    values = rows[measure].to_numpy()
    known = np.isfinite(values)
    is_chosen = rows["is_chosen"].to_numpy()
    policy, policy_pull = _standardised_mean(values, known & is_chosen, strata)
    logged, logged_pull = _standardised_mean(values, known, strata)
    return policy, logged, policy_pull - logged_pull


def _standardised_mean(
    values: Floats, used: Mask, strata: Labels
) -> tuple[float, Floats]:
    if not len(values):
        return nan, np.zeros(0)
    sizes = np.bincount(strata)
    # where nothing is known of a stratum, nothing is known of the mean
    counts = np.bincount(strata, weights=used)
    counts[counts == 0] = nan
    filled = np.where(used, values, 0.0)
    means = np.bincount(strata, weights=filled) / counts
    value = float((sizes * means).sum() / len(values))
    # few rows lie too close to their own mean
    swelling = np.sqrt(counts / np.maximum(counts - 1, 1))
    residuals = np.where(used, values - means[strata], 0.0)
    pull = means[strata] - value
    pull += (sizes / counts * swelling)[strata] * residuals
    return value, pull / len(values)


def _effective_sessions(rows: pd.DataFrame, strata: Labels) -> float:
    """Return how many equally weighted sessions the chosen arm's rows are worth."""
    is_chosen = rows["is_chosen"].to_numpy()
    weights = np.bincount(strata) / np.bincount(strata, weights=is_chosen)
    return effective_clusters(
        weights[strata[is_chosen]], rows.loc[is_chosen, "session_id"]
    )

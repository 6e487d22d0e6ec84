"""Which arm each use case should be routed to, from the history window alone."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from llm_telemetry.decisions.statistics import clustered_mean
from llm_telemetry.routing.estimation.contexts import Codes, Floats, folds
from llm_telemetry.routing.estimation.nuisances import (
    Predicted,
    Sample,
    cross_fitted,
    with_logged,
)
from llm_telemetry.routing.estimation.prepared import ARM, Calls, Marts

# differences below a hundredth of a cent are ties
USD_DECIMALS = 4


def arm_scores(
    sample: Sample, predicted: Predicted, usd: Mapping[str, float], floor: float
) -> Floats:
    """Return cross-fitted AIPW scores of R, the stochastic part of the cost, by arm.

    S(a) = m(x, a) + 1{arm = a} / max(e(a | x), floor) (R - m(x, a)), rows x arms,
    USD; where a part of R is unknown, it is m alone.
    """
    likely, expected = predicted
    likely = with_logged(likely, sample)
    rows = np.arange(len(sample.arms))
    inverse = 1 / np.maximum(likely[rows, sample.arms], floor)
    scores = np.zeros_like(likely)
    for name, price in usd.items():
        known = np.isfinite(sample.outcomes[name])
        missed = sample.outcomes[name] - expected[name][rows, sample.arms]
        scores += price * expected[name]
        scores[rows, sample.arms] += (
            price * np.where(known, missed, 0.0) * inverse / (known.mean() or np.nan)
        )
    return scores


def cell_means(scores: Floats, sessions: Codes, use_cases: pd.Series) -> pd.DataFrame:
    """Return one row per use case and arm code: mean score and its standard error."""
    cells = []
    for use_case, rows in use_cases.groupby(use_cases).indices.items():
        for arm in range(scores.shape[1]):
            estimate = clustered_mean(scores[rows, arm], sessions[rows])
            cells.append((use_case, arm, estimate.value, estimate.se))
    return pd.DataFrame(cells, columns=["use_case", "arm", "score", "score_se"])


def shrink(means: Floats, errors: Floats) -> tuple[Floats, float]:
    """Shrink noisy means towards their common mean (DerSimonian & Laird 1986).

    With w = 1/s^2 and Q = sum w (y - mu)^2, tau^2 = max(0, (Q - (k - 1)) / (sum w -
    sum w^2 / sum w)); each mean becomes mu + tau^2 / (tau^2 + s^2) (y - mu), with mu
    weighted by 1 / (tau^2 + s^2). Returns the means and tau.
    """
    squares = np.maximum(np.square(errors), 1e-12)
    weights = 1 / squares
    common = (weights * means).sum() / weights.sum()
    excess = (weights * np.square(means - common)).sum() - (len(means) - 1)
    scale = weights.sum() - np.square(weights).sum() / weights.sum()
    variance = max(0.0, excess / scale) if scale > 0 else 0.0
    weights = 1 / (variance + squares)
    common = (weights * means).sum() / weights.sum()
    return common + variance / (variance + squares) * (means - common), variance**0.5


def shrunk_cells(cells: pd.DataFrame, is_candidate: pd.Series) -> pd.DataFrame:
    """Return the candidate cells with their shrunk score, by use case."""
    parts = []
    is_known = is_candidate & cells["score_se"].notna()
    for _, own in cells[is_known].groupby("use_case"):
        means, errors = own["score"].to_numpy(), own["score_se"].to_numpy()
        shrunk, spread = shrink(means, errors)
        parts.append(own.assign(shrunk_score=shrunk, spread=spread))
    empty = cells[:0].assign(shrunk_score=0.0, spread=0.0)
    return pd.concat(parts) if parts else empty


def learn(
    calls: Calls, marts: Marts, knobs: Mapping[str, float]
) -> tuple[pd.DataFrame, float]:
    """Return one row per use case and arm of history, and the temperature.

    Uses the history window only. ``expected_usd`` is the shrunk score plus the known
    price: prices are not estimates with noise, and shrinking them would make ties.
    """
    sample = calls.sample("history")
    fold_of = folds(
        sample.sessions, int(knobs["routing_folds"]), int(knobs["random_seed"])
    )
    predicted, temperature = cross_fitted(sample, fold_of)
    floor = knobs["routing_min_propensity"]
    scores = arm_scores(sample, predicted, calls.usd, floor)
    cells = cell_means(scores, sample.sessions, sample.contexts["use_case"])
    arms = calls.arms.to_frame(index=False).assign(arm=range(len(calls.arms)))
    keys = ["use_case", *ARM]
    named = cells.merge(arms, on="arm").merge(marts.candidates, on=keys)
    priced = named.merge(
        marts.prices[[*keys, "expected_cost_usd"]], on=keys, how="left"
    )
    price = priced["expected_cost_usd"].fillna(priced["avg_cost_usd"]).fillna(0.0)
    priced = priced.assign(price_usd=price)
    today = logged_costs(sample, calls.usd) + logged_prices(priced)
    shrunk = shrunk_cells(priced, priced["has_enough_interactions"])
    total = (shrunk["shrunk_score"] + shrunk["price_usd"]).round(USD_DECIMALS)
    change = (total - shrunk["use_case"].astype(object).map(today)).round(USD_DECIMALS)
    return shrunk.assign(expected_usd=total, expected_delta_usd=change), temperature


def logged_costs(sample: Sample, usd: Mapping[str, float]) -> pd.Series:
    """Return the mean of R as it was logged, by use case, over what is known of it."""
    use_cases = sample.contexts["use_case"].astype(object)
    parts = [
        price * pd.Series(sample.outcomes[name], use_cases).groupby(level=0).mean()
        for name, price in usd.items()
    ]
    return sum(parts, start=pd.Series(0.0, pd.Index(use_cases.unique())))


def logged_prices(priced: pd.DataFrame) -> pd.Series:
    """Return the mean known price of the arms, by use case, as they served it.

    The same prices as of the arm that is picked: the difference is the arms' alone.
    """
    paid = priced["price_usd"] * priced["interactions"]
    sums = pd.DataFrame({"paid": paid, "calls": priced["interactions"]})
    totals = sums.groupby(priced["use_case"].astype(object)).sum()
    return totals["paid"] / totals["calls"]


def pick(cells: pd.DataFrame, candidates: pd.DataFrame) -> pd.DataFrame:
    """Return the cheapest arm of each use case.

    Ties go to the arm that served most of it in history, then by price and name.
    """
    keys = ["use_case", *ARM]
    modal = modal_arms(candidates).assign(is_other=False)
    ordered = cells.merge(modal, on=keys, how="left").fillna({"is_other": True})
    order = ["use_case", "expected_usd", "is_other", "expected_cost_usd", *ARM]
    return ordered.sort_values(order).drop_duplicates("use_case", ignore_index=True)


def modal_arms(candidates: pd.DataFrame) -> pd.DataFrame:
    """Return the arm that served most of each use case in history."""
    order = ["use_case", "interactions", *ARM]
    ordered = candidates.sort_values(order, ascending=[True, False, True, True])
    return ordered.drop_duplicates("use_case", ignore_index=True)[["use_case", *ARM]]

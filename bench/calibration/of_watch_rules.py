"""Other rules for anomalies of daily series, which the detector is compared with."""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Flag = Callable[[pd.DataFrame, pd.DataFrame], pd.DataFrame]
# a day over its own history: tokens 1.5 times, cost twice, the rest 1.5 times
TWICE = ("cost_per_call", "cost_usd", "interactions")
BRANCH_CHANGE = 0.2
MAD_DAYS, MAD_LIMIT = 56, 3.5
MEAN_DAYS, MEAN_LIMIT, LEAST_DAYS = 14, 3.0, 7
# a MAD of a normal distribution is so much of its standard deviation
NORMAL_MAD = 0.6745


def by_ratio(anomalies: pd.DataFrame, series: pd.DataFrame) -> pd.DataFrame:
    """Flag days by how often their value is that of the history, whatever the noise."""
    days = anomalies[(anomalies["window_days"] == 1) & (anomalies["exposure"] > 0)]
    limit = np.where(days["metric"].isin(TWICE), 2.0, 1.5)
    is_over = days["ratio"] > limit
    is_branch = days["metric"] == "branch_rate"
    is_over = is_over.where(~is_branch, days["change"].abs() > BRANCH_CHANGE)
    return days[is_over].assign(way=1)


def _by_score(
    anomalies: pd.DataFrame,
    series: pd.DataFrame,
    *,
    score: Callable[[Floats], Floats],
    limit: float,
) -> pd.DataFrame:
    """Flag the judged days of every series whose score is beyond a limit.

    Quantiles are left out: their series are cut off where each history has its own.
    """
    rows = series[series["slower_than_bucket"].isna()].sort_values("interaction_date")
    values = (rows["events"] / rows["trials"]).where(rows["trials"] > 0)
    table = values.groupby([rows["series_id"], rows["interaction_date"]]).first()
    wide = table.unstack()
    with np.errstate(divide="ignore", invalid="ignore"):
        scores = pd.DataFrame(score(wide.to_numpy(float)), wide.index, wide.columns)
    names = rows.groupby("series_id")[["metric", "dimension", "member"]].first()
    found = scores.stack().rename("score").reset_index().join(names, "series_id")
    is_judged = found["interaction_date"] >= anomalies["interaction_date"].min()
    found = found[is_judged & (found["score"].abs() > limit)]
    return found.assign(way=np.sign(found["score"]))


def robust_scores(values: Floats) -> Floats:
    """Return the modified z of each day, by the median of the days before it.

    Where most days are equal it is 0: a median deviation of 0 measures no noise.
    """
    scores = np.zeros_like(values)
    for day in range(LEAST_DAYS, values.shape[1]):
        past = values[:, max(0, day - MAD_DAYS) : day]
        middle = np.nanmedian(past, axis=1)
        spread = np.nanmedian(np.abs(past - middle[:, None]), axis=1)
        scores[:, day] = NORMAL_MAD * (values[:, day] - middle) / spread
    return np.nan_to_num(scores, posinf=0.0, neginf=0.0)


def mean_scores(values: Floats) -> Floats:
    """Return each day's deviation from the mean of the two weeks that it ends."""
    scores = np.zeros_like(values)
    for day in range(LEAST_DAYS - 1, values.shape[1]):
        window = values[:, max(0, day + 1 - MEAN_DAYS) : day + 1]
        spread = np.nanstd(window, axis=1, ddof=1)
        scores[:, day] = (values[:, day] - np.nanmean(window, axis=1)) / spread
    return np.nan_to_num(scores, posinf=0.0, neginf=0.0)


OTHER_RULES: Mapping[str, Flag] = {
    "ratio": by_ratio,
    "mad": partial(_by_score, score=robust_scores, limit=MAD_LIMIT),
    "mean": partial(_by_score, score=mean_scores, limit=MEAN_LIMIT),
}

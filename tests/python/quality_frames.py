"""Reviewed calls made by hand, and the rates that the models make of them."""

from typing import Any

import duckdb
import numpy as np
import pandas as pd
from rendered_models import build
from scipy import stats

RATES = (
    "int_quality_weights",
    "int_quality_sessions",
    "int_quality_strata",
    "int_quality_contributions",
    "int_quality_estimates",
    "int_quality_influences",
    "int_quality_intervals",
)
SCOPES = (
    *("everything", "use_case", "segment"),
    *("prompt_version", "prompt_category", "feedback", "week", "prompt_length"),
)


def calls_of(
    session: Any,
    score: Any,
    bad: Any,
    drawn: Any,
    probability: Any,
    model: Any = "m",
    sample_share: float = 1.0,
) -> pd.DataFrame:
    """Return rows of int_quality_calls, for an evaluator and for labels alone.

    ``bad`` is known where ``drawn``; a probability of 1 is a call that its risk drew.
    """
    rows = pd.DataFrame(
        {
            "dimension": "bad_answer",
            "session_id": np.asarray(session).astype(str),
            "model": model,
            "is_random": np.asarray(probability) < 1,
            "is_drawn": np.asarray(drawn, dtype=bool),
            "review_probability": np.asarray(probability, dtype=float),
            "bad_share": np.where(drawn, bad, np.nan),
            "sample_share": sample_share,
        }
    )
    rows = rows.assign(**{scope: "all" for scope in SCOPES})
    rows["interaction_id"] = [str(number) for number in range(len(rows))]
    scored = rows.assign(evaluator="e", evaluator_version="1", score=score)
    alone = rows.assign(
        evaluator="none", evaluator_version="", score=0.0, sample_share=1.0
    )
    return pd.concat([scored, alone], ignore_index=True)


def intervals_of(calls: pd.DataFrame, **knobs: float) -> pd.DataFrame:
    """Return the estimates of each model, by evaluator and scope."""
    with duckdb.connect() as connection:
        load(connection, calls, **knobs)
        built = connection.sql("from int_quality_intervals where scope_kind = 'model'")
        return built.df().set_index(["evaluator", "scope"]).sort_index()


def load(
    connection: duckdb.DuckDBPyConnection, calls: pd.DataFrame, **knobs: float
) -> None:
    """Build every step of the rates from the calls."""
    connection.register("frame", calls)
    connection.execute(
        "create or replace table int_quality_calls as "
        "select * replace (if(isnan(bad_share), null, bad_share) as bad_share, "
        "if(isnan(score), null, score) as score) from frame"
    )
    connection.unregister("frame")
    build(connection, *RATES, **knobs)


def expected(calls: pd.DataFrame, weight: float, *, is_tuned: bool) -> dict[str, float]:
    """Return rate, standard error and interval of one scope, in numpy.

    The two-phase estimator with sessions as units, leverages as in HC3 and Wilson's
    interval of the audited calls at the effective number of labels, written without
    the models' algebra.
    """
    random, labelled, f, y, w, u = _columns(calls)
    n = len(f)
    residual, fitted, leverage = np.zeros(n), np.zeros(n), np.zeros(n)
    means = []
    certain_bad = 0.0
    for stratum in (True, False):
        at = random == stratum
        if not at.any():
            continue
        w[at] *= at.sum() / w[at].sum()
        u[at] *= at.sum() / u[at].sum()
        y_mean, f_mean = (np.average(v[at], weights=w[at]) for v in (y, f))
        all_mean = np.average(f[at], weights=u[at])
        means.append(at.sum() * (y_mean - weight * (f_mean - all_mean)))
        residual[at] = ((y - y_mean - weight * (f - f_mean)) * labelled)[at]
        fitted[at] = (y_mean - weight * (f_mean - all_mean * (1 - u) - u * f))[at]
        if stratum:
            pull = w * (f - f_mean) ** 2 * is_tuned
            leverage[at] = (w * labelled / at.sum() + pull / (pull[at].sum() or 1))[at]
        else:
            certain_bad = at.sum() * y_mean
    rate = sum(means) / n
    influence = w * residual / (1 - np.minimum(leverage, 0.75)) + fitted - rate
    sums = pd.Series(influence).groupby(calls["session_id"].to_numpy()).sum()
    variance = len(sums) / (len(sums) - 1) * (sums**2).sum() / n**2
    audits = labelled & random
    degrees = max(_sessions(calls["session_id"][audits]) - 1 - is_tuned, 1)
    share, known = random.mean(), certain_bad / n
    low, high = interval(
        (rate - known) / share, variance / share**2, audits.sum(), degrees
    )
    low, high = known + share * low, known + share * high
    return {"rate": rate, "se": variance**0.5, "rate_low": low, "rate_high": high}


def _sessions(of_labels: pd.Series) -> int:
    """Return Kish's number of sessions: one with most of the labels counts little."""
    counts = of_labels.value_counts()
    return int(counts.sum() ** 2 / (counts**2).sum() + 1e-9)


def _columns(calls: pd.DataFrame) -> tuple[np.ndarray, ...]:
    """Return stratum, whether labelled, score, label, and the weights of both."""
    score = calls["score"].to_numpy(float)
    random = calls["is_random"].to_numpy()
    # of calls that are all labelled no score is needed
    is_scored = ~(np.isnan(score) & random)
    labelled = (calls["is_drawn"] & calls["bad_share"].notna()).to_numpy() & is_scored
    chance = calls["review_probability"].to_numpy(float)
    share = calls["sample_share"].to_numpy(float)
    return (
        random,
        labelled,
        np.nan_to_num(score),
        np.where(labelled, calls["bad_share"].to_numpy(float), 0.0),
        np.where(labelled, 1 / chance, 0.0),
        np.where(is_scored, 1 / (1 - (1 - chance) * (1 - share)), 0.0),
    )


def interval(
    rate: float, variance: float, labels: int, degrees: int
) -> tuple[float, float]:
    """Return Wilson's interval at the effective number of labels."""
    t = stats.t.ppf(0.975, degrees)
    clipped = min(max(rate, 0.0), 1.0)
    inside = min(max(clipped, 0.5 / labels), 1 - 0.5 / labels)
    size = inside * (1 - inside) / max(variance, 0.5 / labels**2)
    centre = (clipped + t * t / 2 / size) / (1 + t * t / size)
    half = t * np.sqrt(clipped * (1 - clipped) / size + t * t / 4 / size**2)
    half /= 1 + t * t / size
    return max(centre - half, 0.0), min(centre + half, 1.0)


def without_disagreement(connection: duckdb.DuckDBPyConnection) -> None:
    """Create reviews by one person each."""
    connection.execute(
        "create table if not exists interactions as "
        "select '0' as interaction_id, '0' as session_id, 0 as completion_tokens"
    )
    connection.execute(
        "create table reviews as select '0' as interaction_id, "
        "'bad_answer' as dimension, 1 as failure_reviews, 0 as ok_reviews, "
        "1.0::double as bad_share, false as is_conflicting"
    )

"""Labels of several reviewers made by hand, and their agreement, in numpy."""

from typing import Any

import duckdb
import numpy as np
import pandas as pd
from rendered_models import EVALUATORS, build, with_seed
from scipy import stats

from llm_telemetry.decisions.statistics import Floats

LABELS = np.array(["ok", "failure"])


def nominal_alpha(labels: Any) -> float:
    """Return Krippendorff's alpha (2011) of answers x reviewers, NaN where missing.

    From the matrix of coincidences, of any number of values.
    """
    labels = np.asarray(labels, dtype=float)
    values = np.unique(labels[~np.isnan(labels)])
    counts = np.stack([(labels == value).sum(axis=1) for value in values], axis=1)
    of_answer = counts.sum(axis=1)
    counts, of_answer = counts[of_answer > 1], of_answer[of_answer > 1]
    pairs = counts[:, :, None] * counts[:, None, :]
    pairs = pairs - np.eye(len(values)) * counts[:, :, None]
    coincidences = (pairs / (of_answer - 1)[:, None, None]).sum(axis=0)
    margins = coincidences.sum(axis=0)
    size = margins.sum()
    observed = size - np.trace(coincidences)
    by_chance = (size**2 - (margins**2).sum()) / (size - 1)
    return float(1 - observed / by_chance) if by_chance else np.nan


def agreement_of(labels: Any, session: Any = None) -> dict[str, Any]:
    """Return the row of int_review_agreement of answers x reviewers.

    A label is 1 for a failure, 0 for ok, NaN where a reviewer is unsure.
    """
    labels = np.asarray(labels, dtype=float)
    answers = np.arange(len(labels))
    session = answers if session is None else np.asarray(session)
    rows = [
        (str(answer), str(session[answer]), f"r{reviewer}", _word(value))
        for (answer, reviewer), value in np.ndenumerate(labels)
    ]
    columns = ["interaction_id", "session_id", "reviewer", "label"]
    with duckdb.connect() as connection:
        load_reviews(connection, pd.DataFrame(rows, columns=columns))
        build(connection, "int_review_agreement")
        found = connection.sql("from int_review_agreement").df()
    (row,) = found.to_dict("records")
    return {str(name): value for name, value in row.items()}


def _word(value: float) -> str:
    return "unsure" if np.isnan(value) else str(LABELS[int(value)])


def load_reviews(connection: duckdb.DuckDBPyConnection, labels: pd.DataFrame) -> None:
    """Create the calls of the labels, and build the mart reviews from them."""
    connection.register("labels", labels)
    for table, query in {
        "interactions": "select distinct interaction_id::varchar as "
        "interaction_id, session_id::varchar as session_id, "
        "null::bigint as completion_tokens from labels",
        "stg_review_ledger__reviews": "select interaction_id, 'bad_answer' as "
        "dimension, label, reviewer, timestamp '2025-03-01' as reviewed_at from labels",
        "review_draws": "select '' as interaction_id, '' as review_reason, "
        "1.0::double as review_probability, null::timestamp as drawn_at where false",
    }.items():
        connection.execute(f"create table {table} as {query}")
    build(connection, "reviews")
    connection.unregister("labels")


def evaluated(
    bad: Any,
    score: Any,
    weight: Any,
    session: Any,
    reviews: pd.DataFrame | None = None,
    tokens: Any = np.nan,
) -> pd.DataFrame:
    """Return the mart evaluators, by kind, of one evaluator's scores.

    ``tokens`` are those of the answers, NaN where they are unknown.
    """
    frame = pd.DataFrame(
        {
            "bad_share": np.asarray(bad, dtype=float),
            "score": np.asarray(score, dtype=float),
            "label_weight": np.asarray(weight, dtype=float),
            "session_id": np.asarray(session).astype(str),
        }
    ).assign(dimension="bad_answer", evaluator="e", evaluator_version="1")
    frame["interaction_id"] = [f"scored {number}" for number in range(len(frame))]
    frame["completion_tokens"] = tokens
    columns = ["interaction_id", "session_id", "reviewer", "label"]
    with duckdb.connect() as connection:
        load_reviews(
            connection, pd.DataFrame(columns=columns) if reviews is None else reviews
        )
        _load_scored(connection, frame)
        connection.execute(
            "create table quality_rates as select 'bad_answer' as dimension, "
            "evaluator, evaluator_version, 'everything' as scope_kind, "
            "900::bigint as interactions, 0.5::double as evaluator_weight, "
            "2.0::double as gain, 'rate' as verdict, '' as reasons "
            "from (values ('e', '1'), ('none', '')) as t(evaluator, evaluator_version)"
        )
        with_seed(connection, "packaged_evaluator_aucs")
        build(connection, "int_review_agreement", *EVALUATORS)
        return connection.sql("from evaluators").df().set_index("evaluator_kind")


def _load_scored(connection: duckdb.DuckDBPyConnection, frame: pd.DataFrame) -> None:
    """Create weights of labels and an evaluator; add the answers to the calls."""
    connection.register("frame", frame)
    connection.execute(
        "create table int_quality_weights as "
        "select * exclude (completion_tokens) from frame"
    )
    connection.execute(
        "insert into interactions by name select interaction_id, session_id, "
        "if(isnan(completion_tokens), null, completion_tokens)::bigint "
        "as completion_tokens from frame"
    )
    connection.execute(
        "create table int_evaluator_scores as select 'e' as evaluator, "
        "'1' as evaluator_version, 'model' as evaluator_kind, "
        "0.5::double as score, null::varchar as error_type"
    )


def interval(
    agreement: float,
    without: Floats,
    scale: float,
    answers: float,
    *counts: Floats,
) -> tuple[float, float]:
    """Return the 95 % interval of a chance-corrected agreement.

    ``without`` is what it is without each session, ``counts`` how often sessions have
    either label, ``answers`` how many answers have the rarer one, and ``scale`` the
    disagreement by chance over the largest.
    """
    sessions = min(each.sum() ** 2 / (each**2).sum() for each in counts)
    t = stats.t.ppf(0.975, int(sessions + 1e-9) - 1)
    variance = ((agreement - without) ** 2).sum() * (1 - 1 / len(without))
    variance = max(variance * scale**2, 0.5 / answers**2)
    share = np.clip(1 - scale * (1 - agreement), 0, 1)
    inside = np.clip(share, 0.5 / answers, 1 - 0.5 / answers)
    n = inside * (1 - inside) / variance
    # where the score test of Wilson (1927) is at its quantile
    roots = np.roots([1 + t**2 / n, -(2 * share + t**2 / n), share**2])
    low, high = 1 - (1 - np.sort(roots.real)) / scale
    return float(low), float(high)

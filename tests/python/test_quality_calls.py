"""Which calls count as drawn at random: a day drawn whole, and what a score chose."""

from collections.abc import Iterator

import duckdb
import pandas as pd
import pytest
from quality_frames import RATES, without_disagreement
from rendered_models import build

NOON = pd.Timestamp("2025-03-03 12:00")


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def day(
    number: int,
    calls: int,
    audits: int,
    *,
    certain: int = 0,
    labelled: bool = True,
) -> pd.DataFrame:
    """Return a day's calls: the first chosen by their score, the next by chance."""
    frame = pd.DataFrame({"place": range(calls)})
    probability = audits / (calls - certain)
    return frame.assign(
        interaction_id=[f"{number}-{place}" for place in range(calls)],
        timestamp_utc=NOON + pd.Timedelta(days=number),
        review_reason=["score"] * certain + ["audit"] * (calls - certain),
        review_probability=[1.0] * certain + [probability] * (calls - certain),
        audit_probability=probability,
        is_drawn=frame["place"] < certain + audits,
        is_labelled=labelled,
        bad_share=(frame["place"] % 5 == 0).astype(float),
        session_id=[f"{number}-{place}" for place in range(calls)],
    )


def rate(connection: duckdb.DuckDBPyConnection, *days: pd.DataFrame) -> pd.Series:
    """Return the row of quality_rates for everything, from the days' draws."""
    connection.register("days", pd.concat(days, ignore_index=True))
    for table, query in {
        "interactions": "select interaction_id, session_id, "
        "timestamp_utc, timestamp_utc::date as interaction_date, 'p' as "
        "model_provider, 'm' as model_name, null::varchar as use_case, null::varchar "
        "as segment, null::varchar as prompt_version, null::varchar as prompt_id, "
        "null::double as user_feedback_score, 10 as prompt_tokens from days",
        "stg_review_ledger__batches": "select distinct audit_probability, "
        "timestamp_utc as drawn_at, timestamp_utc as covers_until, "
        "timestamp_utc - interval 1 second as covers_after, "
        "timestamp '2025-03-03' as sessions_from from days",
        "review_draws": "select interaction_id, review_reason, review_probability "
        "from days where is_drawn",
        "int_evaluator_scores": "select '' as interaction_id, '' as evaluator, "
        "'' as evaluator_version, 0.0::double as score, 1.0::double as sample_share "
        "where false",
        "prompt_categories": "select '' as prompt_id, '' as category where false",
    }.items():
        connection.execute(f"create table {table} as {query}")
    without_disagreement(connection)
    connection.execute(
        "create or replace table reviews as select reviews.* "
        "replace (days.interaction_id as interaction_id, days.bad_share as bad_share) "
        "from days, reviews where is_drawn and is_labelled"
    )
    build(
        connection, "int_quality_calls", *RATES, "int_review_agreement", "quality_rates"
    )
    found = connection.sql("from quality_rates where scope_kind = 'everything'").df()
    assert len(found) == 1
    return found.iloc[0]


def test_a_census_of_audits_has_a_rate(connection: duckdb.DuckDBPyConnection) -> None:
    found = rate(connection, *(day(number, 40, 40) for number in range(10)))
    assert (found["verdict"], found["reasons"]) == ("labels_only", "")
    assert (found["audit_labels"], found["certain_interactions"]) == (400, 0)
    assert found["rate"] == pytest.approx(0.2)
    assert 0.15 < found["rate_low"] < 0.2 < found["rate_high"] < 0.25


def test_calls_that_no_queue_could_have_are_not_counted(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """A queue is of sessions that started in its window."""
    before = day(-9, 1, 0).assign(session_id="old")
    late = day(3, 60, 0).assign(session_id="old")
    late["interaction_id"] = "late " + late["interaction_id"]
    found = rate(
        connection, *(day(number, 100, 46) for number in range(7)), before, late
    )
    assert (found["interactions"], found["audits"]) == (700, 322)


def test_a_day_drawn_whole_awaits_its_labels(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    found = rate(
        connection,
        *(day(number, 100, 46) for number in range(7)),
        day(7, 15, 15, labelled=False),
    )
    assert (found["verdict"], found["reasons"]) == ("labels_only", "")
    assert (found["audit_labels"], found["interactions"]) == (322, 700)


def test_a_day_drawn_whole_stands_beside_days_of_which_some_were(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    busy = [day(number, 100, 50) for number in range(4)]
    found = rate(connection, *busy, day(4, 9, 9))
    assert (found["audit_labels"], found["certain_interactions"]) == (209, 0)
    # of 400 calls a fifth is bad, of the nine two
    assert found["rate"] == pytest.approx((80 + 2) / 409)


def test_what_a_score_chose_is_certain_on_a_day_drawn_whole(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    found = rate(connection, *(day(number, 40, 30, certain=10) for number in range(4)))
    assert (found["audit_labels"], found["certain_labels"]) == (120, 40)

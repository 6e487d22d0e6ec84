"""What queries of the dashboard share: members by traffic, means, quantiles."""

from datetime import date
from typing import Any

import duckdb
import numpy as np
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from llm_telemetry.dashboard import formulas, queries

NAMES = [*"abcdefghijk", "o'ther"]


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def rows_of(connection: Any, sql: str) -> list[dict[str, Any]]:
    frame = connection.execute(sql).df()
    return [dict(row) for row in frame.to_dict("records")]


def test_the_ten_with_most_traffic_keep_their_names(connection: Any) -> None:
    connection.execute(
        "create table calls as select * from (values "
        + ", ".join(
            f"(date '2025-01-0{day}', '{name.replace(chr(39), chr(39) * 2)}', {n})"
            for n, name in enumerate(NAMES)
            for day in (1, 2)
        )
        + ") as t(interaction_date, name, interactions)"
    )
    ctes = queries.members("calls", "name", "interactions", "true")
    found = rows_of(
        connection,
        f"{ctes} select member, member_rank, sum(interactions) as interactions "
        "from members group by all order by member_rank",
    )
    assert [row["member"] for row in found] == [*reversed(NAMES[2:]), "other (2)"]
    assert [row["member_rank"] for row in found] == list(range(1, 12))
    assert sum(row["interactions"] for row in found) == 2 * sum(range(len(NAMES)))


def test_ten_members_have_no_other(connection: Any) -> None:
    connection.execute("create table calls as select range as n from range(10)")
    ctes = queries.members("calls", "n::varchar", "n", "n > 0")
    found = rows_of(connection, f"{ctes} select distinct member from members")
    assert sorted(row["member"] for row in found) == [str(n) for n in range(1, 10)]


def test_a_week_begins_on_its_monday_and_is_filtered_by_days(connection: Any) -> None:
    connection.execute(
        "create table calls as select date '2025-05-05' + range::int as "
        "interaction_date, 'a' as name, 1 as n from range(14)"
    )
    ctes = queries.members(
        "calls", "name", "n", "interaction_date >= date '2025-05-07'", per="week"
    )
    found = connection.execute(
        f"{ctes} select interaction_date, sum(n) from members group by all order by all"
    ).fetchall()
    assert found == [(date(2025, 5, 5), 5), (date(2025, 5, 12), 7)]


@pytest.mark.parametrize("count", [0, 29, 30, 500])
def test_a_mean_has_its_interval_from_thirty_values_on(
    connection: Any, count: int
) -> None:
    scores = np.random.default_rng(count).choice([-1, 0, 0.5, 1], count)
    connection.execute("create table scores (score double)")
    connection.executemany(
        "insert into scores values (?)", [[s] for s in scores] or [[None]]
    )
    columns = formulas.mean("sum(score)", "sum(score * score)", "count(score)", "m")
    (found,) = connection.execute(f"select {columns} from scores").fetchall()
    if count < 30:
        assert found == (None, None, None)
        return
    margin = stats.norm.ppf(0.975) * stats.sem(scores)
    centre = scores.mean()
    assert found == pytest.approx((centre, centre - margin, centre + margin), abs=1e-6)


def test_the_bases_are_those_of_the_rollups() -> None:
    buckets = (ROOT / "macros/statistics/log_bucket.sql").read_text()
    watched = (ROOT / "macros/watch/latency_quantiles.sql").read_text()
    assert f"log_bucket(value, base='{queries.BASE}')" in buckets
    assert f"watch_bucket_base() -%}} {queries.WATCHED_BASE} {{%" in watched


@pytest.mark.parametrize("base", [queries.BASE, queries.WATCHED_BASE])
@settings(max_examples=40, deadline=None)
@given(
    latencies=st.lists(
        st.one_of(st.just(0.0), st.floats(1, 1e6)), min_size=1, max_size=400
    )
)
def test_quantiles_of_buckets_are_within_half_of_their_width(
    base: str, latencies: list[float]
) -> None:
    connection = duckdb.connect()
    connection.execute("create table calls (latency double)")
    connection.executemany("insert into calls values (?)", [[one] for one in latencies])
    buckets = f"""(
        select
            if(latency > 0, floor(ln(latency) / ln({base})), -2147483648)::bigint
                as latency_bucket,
            count(*) as operations
        from calls
        group by all
    )"""
    (found,) = rows_of(
        connection,
        f"with {queries.quantiles(buckets, '', base)} select * from quantiles",
    )
    assert found["operations"] == len(latencies)
    for name, level in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
        exact = np.quantile(latencies, level, method="inverted_cdf")
        value = found[f"{name}_latency_ms"]
        assert value == pytest.approx(exact, rel=(float(base[:-2]) - 1) / 2 + 1e-4)
        low, high = (found[f"{name}_latency_ms_{end}"] for end in ("low", "high"))
        margin = 1.959964 * np.sqrt(len(latencies) * level * (1 - level))
        # as in latency_by_load: where the ranks of both ends are among the values
        assert np.isnan(low) == (level * len(latencies) - margin < 1)
        assert np.isnan(high) == (level * len(latencies) + margin + 1 > len(latencies))
        assert np.isnan(low) or low <= value
        assert np.isnan(high) or value <= high

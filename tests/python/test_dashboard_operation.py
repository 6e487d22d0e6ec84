"""An operation's steps: what is in its trace, by time, with what became of it."""

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from llm_telemetry.dashboard import operation

INTERACTIONS = (
    "interaction_id varchar, operation_id varchar, source varchar, trace_id varchar, "
    "timestamp_utc timestamp, model_name varchar, attempt_index bigint, "
    "latency_ms double, is_failure boolean, failure_type varchar, error_type varchar"
)
TOOL_CALLS = (
    "source varchar, trace_id varchar, span_id varchar, interaction_id varchar, "
    "timestamp_utc timestamp, tool_name varchar, latency_ms double, "
    "is_failure boolean, error_type varchar"
)
BRANCH_DECISIONS = (
    "source varchar, trace_id varchar, span_id varchar, timestamp_utc timestamp, "
    "from_node varchar, to_node varchar, condition_text varchar, is_taken boolean"
)
TABLES = {
    "interactions": INTERACTIONS,
    "tool_calls": TOOL_CALLS,
    "branch_decisions": BRANCH_DECISIONS,
}
AT = "'2026-01-01 10:00:0"


@pytest.fixture
def marts() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("create schema marts")
        for name, columns in TABLES.items():
            connection.execute(f"create table marts.{name} ({columns})")
        yield connection


def steps(marts: duckdb.DuckDBPyConnection, operation_id: str) -> list[dict[str, Any]]:
    result = marts.execute(operation.STEPS, {"operation_id": operation_id})
    names = [one[0] for one in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def test_attempts_tools_and_branches_are_on_one_axis(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    marts.execute(
        "insert into marts.interactions values "
        f"('a', 'a', 'otlp', 't', {AT}1', 'm', 1, 1200, true, 'timeout', 'Timeout'), "
        f"('b', 'a', 'otlp', 't', {AT}4', 'm', 2, 900, false, 'none', null), "
        f"('c', 'c', 'otlp', 't', {AT}6', null, 1, null, null, null, null)"
    )
    marts.execute(
        "insert into marts.tool_calls values "
        f"('otlp', 't', 's', null, {AT}2.5', 'search', 40, true, 'LookupError')"
    )
    marts.execute(
        "insert into marts.branch_decisions values "
        f"('otlp', 't', 's', {AT}3', 'check', 'retry', 'is_late', true), "
        f"('otlp', 't', 's', {AT}3', 'check', 'stop', 'is_done', false), "
        f"('otlp', 't', 's', {AT}5', 'check', null, null, null)"
    )
    found = [tuple(row.values()) for row in steps(marts, "a")]
    assert found == [
        ("1. m (attempt 1)", 0, 1200, "failed", "1,200 ms, timeout, Timeout", 7),
        ("2. search (tool)", 1500, 1540, "failed", "40 ms, LookupError", 7),
        ("3. check > retry", 2000, None, "branch taken", "is_late", 7),
        ("4. check > stop", 2000, None, "branch not taken", "is_done", 7),
        ("5. m (attempt 2)", 3000, 3900, "succeeded", "900 ms", 7),
        ("6. check > unknown", 4000, None, "unknown outcome", "", 7),
        ("7. unknown (another operation)", 5000, None, "unknown outcome", "", 7),
    ]


def test_a_trace_of_another_source_and_another_session_are_left_out(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    marts.execute(
        "insert into marts.interactions values "
        f"('a', 'a', 'otlp', 't', {AT}1', 'm', 1, 1, false, 'none', null), "
        f"('b', 'b', 'langfuse', 't', {AT}1', 'm', 1, 1, false, 'none', null), "
        f"('c', 'c', 'otlp', 'u', {AT}1', 'm', 1, 1, false, 'none', null), "
        f"('d', 'd', 'otlp', null, {AT}1', 'm', 1, 1, false, 'none', null), "
        f"('e', 'e', 'otlp', null, {AT}1', 'm', 1, 1, false, 'none', null)"
    )
    marts.execute(
        "insert into marts.tool_calls values "
        f"('otlp', null, 's', 'd', {AT}2', 'search', 1, false, null), "
        f"('otlp', null, 's2', 'x', {AT}2', 'other', 1, false, null), "
        f"('langfuse', 't', 's3', null, {AT}2', 'other', 1, false, null)"
    )
    assert [row["step"] for row in steps(marts, "a")] == ["1. m (attempt 1)"]
    # without a trace, a tool call belongs to the call that it names
    assert [row["step"] for row in steps(marts, "d")] == [
        "1. m (attempt 1)",
        "2. search (tool)",
    ]


def test_a_step_without_a_time_comes_last_and_has_no_place(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    marts.execute(
        "insert into marts.interactions values "
        "('a', 'a', 'otlp', 't', null, 'm', 1, 5, false, 'none', null), "
        f"('b', 'a', 'otlp', 't', {AT}4', 'm', 2, 900, false, 'none', null)"
    )
    first, last = steps(marts, "a")
    assert (first["starts_ms"], first["ends_ms"]) == (0, 900)
    assert (last["starts_ms"], last["ends_ms"]) == (None, None)


def test_of_too_many_steps_the_first_are_read_and_all_are_counted(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    marts.execute(
        "insert into marts.interactions select 'i' || range, 'a', 'otlp', 't', "
        "timestamp '2026-01-01' + to_seconds(range), 'm', range, 1, false, 'none', "
        f"null from range({operation.MOST_STEPS + 7})"
    )
    found = steps(marts, "a")
    assert len(found) == operation.MOST_STEPS
    assert found[0]["steps"] == operation.MOST_STEPS + 7
    assert found[-1]["starts_ms"] == (operation.MOST_STEPS - 1) * 1000

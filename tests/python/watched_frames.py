"""Rollups by day made by hand, and the detector of anomalies built on them."""

from datetime import date, timedelta

import duckdb
import pandas as pd
from rendered_models import build

LAST = date(2025, 5, 1)  # a Thursday
MODELS = (
    "int_watched_members",
    "int_watched_latencies",
    "int_watched_sums",
    "int_watched_series",
    "int_flagged_volume_days",
    "int_flagged_rate_days",
    "int_watched_volumes",
    "int_watched_rates",
    "anomalies",
)
NO_TOOLS = "tool_name varchar, use_case varchar, tool_calls bigint"
NO_BRANCHES = "from_node varchar, condition_text varchar, decisions bigint"
SUMS = (
    *("interactions", "operations", "retries", "known_outcomes", "failures"),
    *("measured_latencies", "sla_breaches", "costed_interactions", "cost_usd"),
    *("tokened_interactions", "total_tokens", "completed_interactions"),
    *("completion_tokens", "judged_answers", "quality_score_sum", "safety_blocks"),
)


def days(count: int) -> list[date]:
    """Return the last days, oldest first."""
    return [LAST - timedelta(days=ago) for ago in range(count - 1, -1, -1)]


def judged(
    rows: pd.DataFrame,
    latencies: pd.DataFrame | None = None,
    open_days: pd.DataFrame | None = None,
) -> duckdb.DuckDBPyConnection:
    """Build the detector on given rollups of a service whose last day is over."""
    connection = duckdb.connect(config={"threads": 1})
    for name in SUMS:
        if name not in rows:
            rows[name] = 0
    if latencies is None:
        latencies = pd.DataFrame(
            columns=["interaction_date", "dimension", "member"]
        ).assign(latency_bucket=0, operations=0)
    for table, frame in {"rows": rows, "latencies": latencies}.items():
        connection.register(table, frame)
    connection.execute(
        "create table watched_by_day as select * replace ("
        "cast(interaction_date as date) as interaction_date) from rows"
    )
    connection.execute(
        "create table watched_latencies_by_day as select"
        " cast(interaction_date as date) as interaction_date,"
        " cast(dimension as varchar) as dimension, cast(member as varchar) as member,"
        " cast(latency_bucket as bigint) as latency_bucket,"
        " cast(operations as bigint) as operations from latencies"
    )
    _without_the_rest(connection)
    if open_days is not None:
        connection.register("open_days", open_days)
        connection.execute("insert into int_open_alert_days select * from open_days")
    build(connection, *MODELS)
    return connection


def _without_the_rest(connection: duckdb.DuckDBPyConnection) -> None:
    """Create what else the detector reads: no tools, branches or open alerts."""
    connection.execute(
        "create table tools_by_day (interaction_date date, known_outcomes bigint,"
        f" failures bigint, {NO_TOOLS})"
    )
    connection.execute(
        "create table branches_by_day (interaction_date date, taken bigint,"
        f" {NO_BRANCHES})"
    )
    connection.execute(
        f"create table interactions as select timestamp '{LAST} 23:59:00'"
        " as timestamp_utc"
    )
    connection.execute(
        "create table int_open_alert_days (interaction_date date, metric varchar,"
        " dimension varchar, member varchar)"
    )

"""The metrics of a warehouse that is published, as text for Prometheus."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from llm_telemetry.errors import InputError
from llm_telemetry.metrics.catalog import PREFIX, QUERIES, Query
from llm_telemetry.metrics.exposition import Sample, text
from llm_telemetry.warehouse.connection import Connection, identity
from llm_telemetry.warehouse.reader import connect

# a last day whose newest call is this close to its end counts as full
FULL_DAY_MARGIN = timedelta(hours=1)
TIMESTAMPS = {
    "data_timestamp_seconds": "Time of the newest call, in seconds since 1970.",
    "day_timestamp_seconds": "Start of the last full business day, in seconds "
    "since 1970.",
    "published_timestamp_seconds": "Time when the warehouse was published, in seconds "
    "since 1970.",
}
REQUIRED = (
    *("build_info", "knobs", "health_by_day", "usage_by_day", "latencies_by_day"),
    *("model_latencies_by_day", "budget_burn", "burn_alerts", "cost_forecast"),
)


def helps() -> dict[str, str]:
    """Return the help text of every metric that may be exported, by its name."""
    columns = dict(TIMESTAMPS)
    for query in QUERIES:
        columns |= query.metrics
    return {f"{PREFIX}_{column}": help for column, help in columns.items()}


def metrics_text(warehouse: Path) -> str:
    """Return the metrics of the file that is there now.

    Raises InputError where there is none, or it lacks a mart.
    """
    published = identity(warehouse)[2] / 1e9
    with connect(warehouse) as marts:
        found = _columns(marts)
        missing = [mart for mart in REQUIRED if mart not in found]
        if missing:
            raise InputError(
                f"{warehouse}: no mart {missing[0]}: build the warehouse again: "
                "llm-telemetry run"
            )
        return text(_samples(marts, found, published), helps())


def last_full_day(marts: Connection) -> tuple[date, ZoneInfo] | None:
    """Return the last business day whose calls are all there, and its time zone.

    A day is full once the next one has calls, or where its newest call is from its
    last hour: a job that runs after midnight then exports the day that has just ended.
    """
    row = marts.execute(
        """
        select
            (select max(interaction_date) from marts.health_by_day),
            (select as_of from marts.build_info),
            (select setting_text from marts.knobs where knob = 'business_time_zone')
        """
    ).fetchone()
    last, newest, zone = row or (None, None, None)
    if last is None or newest is None:
        return None
    place = ZoneInfo(zone or "UTC")
    after = (newest.replace(tzinfo=UTC) + FULL_DAY_MARGIN).astimezone(place).date()
    return (last if after > last else last - timedelta(days=1)), place


def _samples(
    marts: Connection, found: dict[str, set[str]], published: float
) -> Iterator[Sample]:
    yield _sample("published_timestamp_seconds", published)
    build = marts.execute("select as_of from marts.build_info").fetchone()
    if build and build[0] is not None:
        moment = build[0].replace(tzinfo=UTC).timestamp()
        yield _sample("data_timestamp_seconds", moment)
    full = last_full_day(marts)
    if full is None:
        return
    day, zone = full
    start = datetime.combine(day, time(), tzinfo=zone)
    yield _sample("day_timestamp_seconds", start.timestamp())
    for query in QUERIES:
        if all(_has(found, column) for column in query.needs):
            yield from _read(marts, query, day)


def _read(marts: Connection, query: Query, day: date) -> Iterator[Sample]:
    given = {"day": day} if "$day" in query.sql else {}
    result = marts.execute(query.sql, given)
    names = [column[0] for column in result.description]
    for values in result.fetchall():
        row = dict(zip(names, values, strict=True))
        labels = {label: row[label] for label in query.labels}
        for column in query.metrics:
            # what was not measured has no value: it is not zero
            if row[column] is not None:
                yield _sample(column, float(row[column]), **labels)


def _sample(column: str, value: float, **labels: str) -> Sample:
    return Sample(f"{PREFIX}_{column}", value, labels)


def _columns(marts: Connection) -> dict[str, set[str]]:
    """Return the columns of every mart."""
    rows = marts.execute(
        """
        select table_name, column_name from duckdb_columns()
        where database_name = 'warehouse' and schema_name = 'marts'
        """
    ).fetchall()
    found: dict[str, set[str]] = {}
    for mart, column in rows:
        found.setdefault(mart, set()).add(column)
    return found


def _has(found: dict[str, set[str]], name: str) -> bool:
    mart, column = name.split(".")
    return column in found.get(mart, ())

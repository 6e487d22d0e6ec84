"""Whether a column that every decision needs has a usable value at all."""

import math
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import duckdb

from llm_telemetry.ingest.file_heads import Head, literal

DIALECT = (
    "all_varchar = true, header = true, delim = ',', quote = '\"', escape = '\"', "
    "max_line_size = 16777216, buffer_size = 33554432"
)
TRUTHS = {"true", "t", "1", "yes", "y", "false", "f", "0", "no", "n"}
DATE = re.compile(r"\d{4,5}[-/ ]\d{1,2}[-/ ]\d{1,2}")


@dataclass(frozen=True)
class Reading:
    """How a column is read: a quick look at a text, and the cast of SQL.

    Where the column ``stand_in`` is there, the values may all be missing.
    """

    looks_usable: Callable[[str], bool]
    cast: str
    stand_in: str
    check: str
    remedy: str


def _is_number(text: str) -> bool:
    with suppress(ValueError):
        return math.isfinite(float(text))
    return False


READINGS = {
    "timestamp_utc": Reading(
        lambda text: DATE.match(text) is not None,
        "try_cast(raw as timestamptz)",
        "date_utc",
        "no_usable_value",
        "write ISO 8601, such as 2026-05-31T10:00:00Z",
    ),
    "is_failure": Reading(
        lambda text: text.lower() in TRUTHS,
        "try_cast(trim(raw) as boolean)",
        "failure_type",
        "no_usable_value",
        "write true or false",
    ),
    "latency_ms": Reading(
        _is_number,
        "nullif(abs(try_cast(raw as double)) <= 1e12, false)",
        "cache_hit",
        "missing_latency",
        "write milliseconds as a plain number, such as 843, or set "
        "MAX_LATENCY_MISSING_RATE=1 to do without",
    ),
    "cost_usd": Reading(
        _is_number,
        "nullif(abs(try_cast(raw as double)) <= 1e12, false)",
        "",
        "missing_cost",
        "write USD as a plain number with a decimal point, such as 0.0052",
    ),
}
# columns whose typical value says that another unit was written: bounds of the median
# of the first rows, and what to do outside them
UNITS = {
    "latency_ms": (10.0, 600_000.0, "ms: write milliseconds, not another unit"),
    "cost_usd": (0.0, 50.0, "USD: write USD, not cents or millionths of one"),
}


def unusable(
    connection: duckdb.DuckDBPyConnection, files: list[Path], latest: Head, column: str
) -> str | None:
    """Return what is wrong with a column of which no row of the files can be used.

    Every row is read only where none of the first rows of the latest file is usable.
    """
    columns, reading = latest.lower(), READINGS[column]
    if column not in columns or reading.stand_in in columns:
        return None
    place = columns.index(column)
    texts = [row[place].strip() for row in latest.rows if place < len(row)]
    if not texts or any(reading.looks_usable(text) for text in texts):
        return None
    said = next(_counted(connection, files, column, latest.written[place]), None)
    name = latest.name if len(files) == 1 else f"{len(files)} files"
    checked = f"interactions.{column}: {reading.check}"
    return said and f"{checked}: {name}: {said}: {reading.remedy}"


def unlikely_unit(latest: Head, column: str) -> str | None:
    """Return what is odd about the unit of a column, judged by its first rows."""
    columns = latest.lower()
    if column not in columns:
        return None
    place, (low, high, unit) = columns.index(column), UNITS[column]
    texts = [row[place].strip() for row in latest.rows if place < len(row)]
    values = [float(text) for text in texts if _is_number(text)]
    # a zero is of a call that was not answered or billed; beyond 1e12 none is read
    typical = median([value for value in values if 0 < abs(value) <= 1e12] or [low])
    if low <= typical <= high:
        return None
    said = f"half of the first {len(values)} values are below {typical:g}"
    return f"interactions.{column}: {latest.name}: {said} {unit}"


def _counted(
    connection: duckdb.DuckDBPyConnection, files: list[Path], column: str, written: str
) -> Iterator[str]:
    """Yield in words that no row has a usable value, if that is so."""
    name = written.replace('"', '""')
    query = f"""
        select count(*), count(raw), count({READINGS[column].cast}), min(raw)
        from (
            select
                case when lower(trim("{name}")) not in ('', 'nan', 'null')
                    then "{name}" end as raw
            from read_csv(?, {DIALECT}, union_by_name = true)
        )
    """
    if any(file.name.endswith(".parquet") for file in files):
        return
    paths = [literal(file) for file in files]
    # a row that is torn has a line of its own, later
    with suppress(duckdb.Error):
        ((rows, present, usable, example),) = connection.execute(
            query, [paths]
        ).fetchall()
        if present and not usable:
            yield f"none of the {present} values can be read, e.g. '{example}'"
        elif rows and not usable:
            yield f"none of the {rows} rows has a value"

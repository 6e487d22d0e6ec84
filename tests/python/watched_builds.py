"""Warehouses with the marts that watch reads, made by hand."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

Row = dict[str, Any]
FIRST = date(2026, 1, 1)
COLUMNS = {
    "interaction_date": "date",
    "metric": "varchar",
    "dimension": "varchar",
    "member": "varchar",
    "window_days": "bigint",
    "value": "double",
    "baseline": "double",
    "ratio": "double",
    "change": "double",
    "expected_low": "double",
    "expected_high": "double",
    "exposure": "double",
    "history_days": "bigint",
    "dispersion": "double",
    "z": "double",
    "p_value": "double",
    "max_p_value": "double",
    "against": "varchar",
    "verdict": "varchar",
}
BURN = {
    "interaction_date": "date",
    "budget": "varchar",
    "alert": "varchar",
    "severity": "varchar",
    "long_days": "bigint",
    "factor": "double",
    "long_burn_rate": "double",
    "tail_probability": "double",
    "status": "varchar",
}
DRIFT = {
    "window_pair": "varchar",
    "feature": "varchar",
    "feature_type": "varchar",
    "psi": "double",
    "tv_distance": "double",
    "p_value": "double",
    "severity": "varchar",
    "verdict": "varchar",
}


def day(number: int) -> date:
    """Return a day by its number, from 0."""
    return FIRST + timedelta(days=number)


def anomaly(
    number: int,
    ratio: float | None = 1.0,
    *,
    member: str = "a",
    window: int = 1,
    **more: Any,
) -> Row:
    """Return a row whose verdict follows from the ratio; None is not measured."""
    baseline = 100.0
    value = None if ratio is None else ratio * baseline
    verdict = "unmeasured"
    if ratio is not None:
        verdict = "higher" if ratio > 1.05 else "lower" if ratio < 0.95 else "normal"
    return {
        "interaction_date": day(number),
        "metric": "tokens_per_call",
        "dimension": "prompt_version",
        "member": member,
        "window_days": window,
        "value": value,
        "baseline": baseline,
        "ratio": ratio,
        "change": None if value is None else value - baseline,
        "expected_low": 95.0,
        "expected_high": 105.0,
        "p_value": 1.0 if verdict == "normal" else 1e-6,
        "max_p_value": 1e-4,
        "against": "self",
        "verdict": verdict,
        **more,
    }


def build(
    file: Path,
    rows: Iterable[Row],
    *,
    build_id: str = "a",
    as_of: datetime | None = None,
    burn: Iterable[Row] = (),
    drift: Iterable[Row] = (),
) -> Path:
    """Write a warehouse; its newest call is in the evening of its newest day."""
    rows = list(rows)
    newest = max((row["interaction_date"] for row in rows), default=FIRST)
    evening = as_of or datetime(newest.year, newest.month, newest.day, 22)
    file.unlink(missing_ok=True)
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.build_info as "
            "select ? as build_id, ?::timestamp as as_of",
            [build_id, evening],
        )
        connection.execute(
            "create table marts.knobs as select 'business_time_zone' as knob, "
            "null::double as setting, 'UTC' as setting_text"
        )
        _table(connection, "anomalies", COLUMNS, rows)
        _table(connection, "burn_alerts", BURN, burn)
        _table(connection, "drift", DRIFT, drift)
    return file


def _table(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    columns: Mapping[str, str],
    rows: Iterable[Row],
) -> None:
    typed = ", ".join(f"{column} {kind}" for column, kind in columns.items())
    connection.execute(f"create table marts.{name} ({typed})")
    marks = ", ".join("?" for _ in columns)
    for row in rows:
        values = [row.get(column) for column in columns]
        connection.execute(f"insert into marts.{name} values ({marks})", values)

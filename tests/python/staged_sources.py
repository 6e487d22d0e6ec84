"""What the tests of the sources share: files in, staging tables out."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from llm_telemetry.warehouse.build import build_marts, scratch_of

Row = dict[str, Any]
Tables = Mapping[str, pd.DataFrame]


def staged(source: str, folder: Path, **knobs: str) -> Tables:
    """Build the staging tables of a source from ``folder``/<source>."""
    select = f"staging.{source} +int_interactions_unioned int_source_files"
    with pytest.MonkeyPatch.context() as patch:
        for name, value in knobs.items():
            patch.setenv(name.upper(), value)
        warehouse = folder / "w.duckdb"
        with build_marts(folder, warehouse, sources=[source], select=select) as marts:
            return _tables(scratch_of(marts), source)


def _tables(scratch: Path, source: str) -> Tables:
    with duckdb.connect(str(scratch), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        names = connection.execute(
            "select table_name from information_schema.tables"
            " where table_schema = 'staging' and starts_with(table_name, ?)",
            [f"stg_{source}__"],
        ).fetchall()
        tables = {
            name.split("__")[1]: connection.execute(f"from staging.{name}").df()
            for (name,) in names
        }
        unioned = "from intermediate.int_interactions_unioned"
        tables["unioned"] = connection.execute(unioned).df()
        files = "from intermediate.int_source_files"
        tables["files"] = connection.execute(files).df()
    return tables


def by_id(table: pd.DataFrame, key: str = "interaction_id") -> dict[str, Row]:
    """Return the rows by their key, missing values as None."""
    plain = table.astype(object).where(table.notna(), None)
    rows = {row[key]: row for row in plain.to_dict("records")}
    assert len(rows) == len(table), f"{key} is not unique"
    return rows


def as_text(tables: Tables) -> str:
    """Return all that the tables hold."""
    return "\n".join(str(table.to_dict("records")) for table in tables.values())


def write_lines(file: Path, rows: list[Row], torn: str = "") -> None:
    """Write JSON lines, the last one torn where asked."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(json.dumps(row) + "\n" for row in rows) + torn)


def write_table(file: Path, columns: Mapping[str, str], values: str) -> None:
    """Write rows of SQL values as Parquet or CSV, with the columns' names and types."""
    file.parent.mkdir(parents=True, exist_ok=True)
    names = ", ".join(f'"{name}"' for name in columns)
    typed = ", ".join(
        f'cast("{name}" as {kind}) as "{name}"' for name, kind in columns.items()
    )
    options = "format parquet" if file.suffix == ".parquet" else "header"
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(
            f"copy (select {typed} from (values {values}) as given ({names}))"
            f" to '{file}' ({options})"
        )

"""The only module that opens the warehouse."""

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pandas as pd

from llm_telemetry.errors import InputError


def read(
    mart: str,
    warehouse: Path,
    *,
    columns: Sequence[str] = ("*",),
    where: str = "true",
    order_by: str = "all",
) -> pd.DataFrame:
    """Return the rows of one mart in a fixed order.

    Raises InputError where the file is not a warehouse or has no such mart.
    """
    if not warehouse.is_file():
        raise InputError(f"{warehouse}: no such warehouse: build it first with run")
    query = (
        f"select {', '.join(columns)} from marts.{mart} "
        f"where {where} order by {order_by}"
    )
    try:
        # even a read-only connection blocks `dbt build`, so none is kept open
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            frame: pd.DataFrame = connection.sql(query).df()
            return frame
    except duckdb.CatalogException as error:
        raise InputError(
            f"{warehouse}: no mart {mart}: build the warehouse again with run"
        ) from error
    except duckdb.IOException as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{warehouse}: cannot be read: {reason}") from error


def replace_rows(mart: str, rows: pd.DataFrame, warehouse: Path) -> None:
    """Put rows that SQL cannot compute into a mart of a build that is not published."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.register("fresh_rows", rows)
        connection.begin()
        connection.execute(f"delete from marts.{mart}")
        connection.execute(f"insert into marts.{mart} by name select * from fresh_rows")
        connection.commit()


def is_time_zone(name: str) -> bool:
    """Return whether SQL knows a time zone of that name."""
    known = "select count(*) from pg_timezone_names() where name = $name"
    with duckdb.connect() as connection:
        return connection.execute(known, {"name": name}).fetchall() != [(0,)]


def discard(warehouse: Path) -> None:
    """Remove a warehouse that is not finished, with its write-ahead log.

    Raises InputError where another process is writing it.
    """
    if not warehouse.exists():
        return
    try:
        duckdb.connect(str(warehouse)).close()
    except duckdb.IOException as error:
        if "lock" in str(error):
            raise InputError(
                f"{warehouse}: another run is building it: wait for that to end"
            ) from error
    warehouse.unlink()
    warehouse.with_name(f"{warehouse.name}.wal").unlink(missing_ok=True)

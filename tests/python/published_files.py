"""Builds made by hand, in milliseconds, to be published."""

from pathlib import Path

import duckdb

from llm_telemetry.warehouse.build import scratch_of
from llm_telemetry.warehouse.connection import discard


def finished(folder: Path, *, build_id: str, rows: int = 3) -> Path:
    """Return the marts of a build as dbt leaves them, with the scratch file beside.

    ``numbers`` is a table, ``doubled`` a view of it.
    """
    marts = folder / ".published.w.duckdb"
    discard(scratch_of(marts))
    with duckdb.connect(str(scratch_of(marts))) as connection:
        connection.execute("create schema seeds")
        connection.execute("create table seeds.prices (model varchar, price double)")
        connection.execute("insert into seeds.prices values ('a', 1), ('b', null)")
        version = "(storage_version 'v1.0.0')"
        connection.execute(f"attach '{marts}' as published {version}")
        connection.execute("create schema published.marts")
        for statement in statements(build_id, rows):
            connection.execute(statement)
    return marts


def statements(build_id: str, rows: int) -> list[str]:
    """Return what makes the marts."""
    marts = "published.marts"
    return [
        f"create table {marts}.build (build_id varchar not null)",
        f"insert into {marts}.build values ('{build_id}')",
        f"create table {marts}.numbers (n bigint not null, said varchar)",
        f"insert into {marts}.numbers select range, 'it''s' from range({rows})",
        f"create view {marts}.doubled as select 2 * n as n from {marts}.numbers",
        f"comment on table {marts}.numbers is 'One row per number; it''s a table.'",
        f"comment on column {marts}.numbers.n is 'Key.'",
        f"comment on view {marts}.doubled is 'One row per number; a view.'",
    ]

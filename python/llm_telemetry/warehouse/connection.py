"""The only module that opens the warehouse."""

import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

import duckdb

from llm_telemetry.errors import InputError

if TYPE_CHECKING:
    # every dbt imports this module, and pandas takes a third of a second
    import pandas as pd

Connection = duckdb.DuckDBPyConnection
# device, inode, time of the last change in ns, bytes
Identity = tuple[int, int, int, int]

# what DuckDB says of a file that another process has open
LOCKED = "Could not set lock"
# how each form of an export is written
FORMS = {
    "csv": "format csv, header",
    "csv.gz": "format csv, header, compression gzip",
    "json": "format json, array true",
    "json.gz": "format json, array true, compression gzip",
    "parquet": "format parquet",
}
# a dbt whose caller was killed ends as soon as it notices
ORPHAN_SECONDS = 30.0


class Query(TypedDict, total=False):
    """Which columns and rows of a mart are read, and their order; all by default.

    Columns of few ``names`` become categories in the order of their texts: a text per
    row takes ten times the memory, and each use of it has to hash it.
    """

    columns: Sequence[str]
    names: Sequence[str]
    where: str
    order_by: str


def read(mart: str, warehouse: Path, **query: Unpack[Query]) -> "pd.DataFrame":
    """Return the rows of one mart in a fixed order.

    Raises InputError where the file is not a warehouse or has no such mart.
    """
    return read_all({mart: query}, warehouse)[mart]


def read_all(marts: Mapping[str, Query], warehouse: Path) -> dict[str, "pd.DataFrame"]:
    """Return each mart's rows as ``read`` does, over one connection.

    Opening a warehouse takes longer than reading most of its marts.
    """
    with opened(warehouse) as connection:
        return {
            mart: _rows(connection, mart, query, warehouse)
            for mart, query in marts.items()
        }


def query(sql: str, warehouse: Path, *, named: str) -> "pd.DataFrame":
    """Return the rows of a query of a user's own, in a fixed order.

    It reads the warehouse and nothing else. Raises InputError, which names the place
    of the query, where it fails or is not one query.
    """
    with opened(warehouse) as connection:
        try:
            statements = connection.extract_statements(sql)
            if len(statements) != 1:
                raise InputError(f"{named}: {len(statements)} statements: write one")
            text = statements[0].query.strip().rstrip(";")
            selected = f"select * from (\n{text}\n) order by all"
            frame: pd.DataFrame = connection.sql(selected).df()
        except duckdb.Error as error:
            raise InputError(f"{named}: {_first_line(error)}") from error
    return frame


def fetched(
    connection: Connection, sql: str, parameters: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the rows of a query of ours as plain values, decimals as floats.

    Raises InputError where the warehouse has not all that the query names.
    """
    try:
        result = connection.execute(sql, dict(parameters) or None)
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        reason = _first_line(error).rstrip(".!")
        raise InputError(
            f"{reason}: build the warehouse again: llm-telemetry run"
        ) from error
    names = [column[0] for column in result.description or ()]
    return [
        {
            name: float(value) if isinstance(value, Decimal) else value
            for name, value in zip(names, row, strict=True)
        }
        for row in result.fetchall()
    ]


def exported(
    sql: str, parameters: Mapping[str, Any], warehouse: Path, form: str
) -> bytes:
    """Return all rows of a query of ours as a file of a form, see FORMS.

    DuckDB writes it into a folder of its own, which is deleted.
    """
    with TemporaryDirectory(prefix="llm-telemetry-") as folder:
        file = Path(folder).resolve() / f"rows.{form}"
        with attached(warehouse, writes=Path(folder)) as connection:
            connection.execute("use warehouse")
            copied = f"copy ({sql}) to {_text(str(file))} ({FORMS[form]})"
            # until all is fetched, it may not have finished
            connection.execute(copied, dict(parameters) or None).fetchall()
        return file.read_bytes()


def _rows(
    connection: Connection, mart: str, query: Query, warehouse: Path
) -> "pd.DataFrame":
    columns = ", ".join(query.get("columns", ("*",)))
    where, order_by = query.get("where", "true"), query.get("order_by", "all")
    try:
        if names := query.get("names"):
            coded = _coded(connection, mart, names, where)
            columns += f" replace ({', '.join(coded)})"
        sql = f"select {columns} from marts.{mart} where {where} order by {order_by}"
        frame: pd.DataFrame = connection.sql(sql).df()
    except duckdb.CatalogException as error:
        raise InputError(
            f"{warehouse}: no mart {mart}: build the warehouse again: llm-telemetry run"
        ) from error
    return frame


def _coded(
    connection: Connection, mart: str, columns: Sequence[str], where: str
) -> list[str]:
    """Return columns as types that number their names, which are created here."""
    named = f'memory.main."{mart}_names"'
    # all in one reading: a mart may be a view
    connection.execute(
        f"create table {named} as select distinct {', '.join(columns)} "
        f"from marts.{mart} where {where}"
    )
    kinds = {column: f'memory.main."{mart}_{column}"' for column in columns}
    for column, kind in kinds.items():
        connection.execute(
            f"create type {kind} as enum (select distinct {column} from {named} "
            f"where {column} is not null order by 1)"
        )
    return [f"{column}::{kind} as {column}" for column, kind in kinds.items()]


@contextmanager
def opened(warehouse: Path) -> Iterator[Connection]:
    """Open a warehouse to read; raise InputError where it is none.

    Even a read-only connection blocks `dbt build`, so none is kept open.
    """
    identity(warehouse)
    with attached(warehouse) as connection:
        connection.execute("use warehouse")
        yield connection


def identity(warehouse: Path) -> Identity:
    """Return what tells a file, or a folder's tables, from what takes its place."""
    if not warehouse.exists():
        raise InputError(f"{warehouse}: no such warehouse: build it: llm-telemetry run")
    found = warehouse.stat()
    if warehouse.is_file():
        return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size
    files = [file.stat() for file in warehouse.glob("*/*.parquet")]
    newest = max((file.st_mtime_ns for file in files), default=0)
    return found.st_dev, found.st_ino, newest, sum(file.st_size for file in files)


@contextmanager
def unchanged(warehouse: Path) -> Iterator[None]:
    """Raise InputError at the end where the marts that were read are of two builds."""
    before = identity(warehouse)
    yield
    if identity(warehouse) != before:
        raise InputError(f"{warehouse}: replaced while it was read: try again")


def attached(warehouse: Path, *, writes: Path | None = None) -> Connection:
    """Return an instance in memory that can read one warehouse and nothing else.

    In memory, because an instance of a file is shared by its path, old or new, and is
    called by its name, which may be that of the schema. It writes in the folder
    ``writes`` only, if at all.
    """
    connection = _connected(":memory:")
    allowed = [writes.resolve()] if writes else []
    if writes:
        # in the order of the rows, and a million of them in a fifth of the memory
        connection.execute("set threads = 1")
    if warehouse.is_dir():
        _attach_folder(connection, warehouse)
        return _locked(connection, [warehouse.resolve(), *allowed])
    try:
        connection.execute(f"attach {_text(str(warehouse))} as warehouse (read_only)")
    except duckdb.IOException as error:
        reason = _first_line(error)
        raise InputError(f"{warehouse}: cannot be read: {reason}") from error
    return _locked(connection, allowed)


def _locked(connection: Connection, folders: Sequence[Path]) -> Connection:
    """Let a connection use no file but those in some folders, for good."""
    named = ", ".join(_text(str(folder)) for folder in folders)
    connection.execute(f"set allowed_directories = [{named}]")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def _attach_folder(connection: Connection, folder: Path) -> None:
    """Show each table of a folder, which Spark wrote as Parquet, as a mart."""
    connection.execute("set timezone = 'UTC'")
    connection.execute("attach ':memory:' as warehouse")
    connection.execute("create schema warehouse.marts")
    for table in sorted({file.parent for file in folder.glob("*/*.parquet")}):
        rows = f"read_parquet({_text(str(table))} || '/*.parquet')"
        # what Spark calls a timestamp is a moment; the marts keep the clock of UTC
        described = connection.execute(f"describe from {rows}").fetchall()
        clocks = [
            f'"{name}" at time zone \'UTC\' as "{name}"'
            for name, kind, *_ in described
            if kind == "TIMESTAMP WITH TIME ZONE"
        ]
        shown = f"* replace ({', '.join(clocks)})" if clocks else "*"
        connection.execute(
            f'create view warehouse.marts."{table.name}" as select {shown} from {rows}'
        )


def to_build(scratch: Path, config: Mapping[str, Any]) -> Connection:
    """Return a connection to a file that a build makes."""
    return duckdb.connect(str(scratch), config=dict(config))


@contextmanager
def joined(scratch: Path, marts: Path) -> Iterator[Connection]:
    """Open both files of a build, with the marts as ``published``, as dbt does."""
    try:
        with _connected(str(scratch)) as connection:
            connection.execute(f"attach {_text(str(marts))} as published")
            yield connection
    except duckdb.IOException as error:
        raise InputError(f"{marts}: cannot write: {_first_line(error)}") from error


def replace_rows(mart: str, rows: "pd.DataFrame", warehouse: Path) -> None:
    """Put rows that SQL cannot compute into a mart of a build that is not published.

    They replace all rows, in a mart of the ledger only those of the same decision_id.
    """
    same = ""
    if "decision_id" in rows:
        same = "where decision_id in (select decision_id from fresh_rows)"
    with _connected(str(warehouse)) as connection:
        connection.register("fresh_rows", rows)
        connection.begin()
        connection.execute(f"delete from marts.{mart} {same}")
        connection.execute(f"insert into marts.{mart} by name select * from fresh_rows")
        connection.commit()


def is_written(warehouse: Path) -> bool:
    """Return whether another process has a warehouse open to write."""
    return _is_locked(warehouse, read_only=True)


def discard(database: Path) -> None:
    """Remove a database with its write-ahead log and its spilled rows.

    Waits for a dbt that outlived its caller: a file that has no name any more would
    still share the name of its log with the next one.
    """
    until = time.monotonic() + ORPHAN_SECONDS
    while database.exists() and _is_locked(database):
        if time.monotonic() > until:
            raise InputError(
                f"{database}: another process is writing it: stop that first"
            )
        time.sleep(0.1)
    for file in (database, log_of(database)):
        file.unlink(missing_ok=True)
    shutil.rmtree(database.with_name(f"{database.name}.tmp"), ignore_errors=True)


def log_of(database: Path) -> Path:
    """Return the write-ahead log of a database."""
    return database.with_name(f"{database.name}.wal")


def _connected(database: str) -> Connection:
    """Return a connection that draws no progress bar into what a caller prints."""
    connection = duckdb.connect(database)
    connection.execute("set enable_progress_bar = false")
    # as profiles.yml has it
    connection.execute("set experimental_metadata_reuse = false")
    return connection


def _is_locked(database: Path, *, read_only: bool = False) -> bool:
    """Return whether another process has it open; read-only, whether one writes it."""
    try:
        duckdb.connect(str(database), read_only=read_only).close()
    except duckdb.IOException as error:
        return LOCKED in str(error)
    except duckdb.Error:
        # open in this process, torn by a kill, or nothing that DuckDB wrote
        return False
    return False


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"

"""Copy the marts of a warehouse into PostgreSQL, in one transaction.

Readers see the earlier marts until it ends and the new ones from then on, also within
a repeatable read: rows are deleted and copied, as TRUNCATE and DROP neither leave a
snapshot alone nor get past a reader that keeps its transaction open.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Cursor, sql
from psycopg.conninfo import conninfo_to_dict

from llm_telemetry.errors import InputError
from llm_telemetry.export.tables import Table, tables, text_rows
from llm_telemetry.warehouse.connection import opened

SCHEMES = ("postgresql://", "postgres://")
FORM = "postgresql://user@host:5432/database"
# a table that stays locked longer than this is reported, and nothing is changed
LOCK_TIMEOUT = "60s"
CONNECT_TIMEOUT_S = 10
ADVISORY_LOCK = 0x6C6C6D74656C
# before that, a key of several columns may repeat where one of them is null
NULLS_NOT_DISTINCT_SINCE = 150000
# what lies in the schema and is not named here is somebody else's
CLAIM = "Published by llm-telemetry, which replaces these tables: "

SHAPE = """
    select attname::text, format_type(atttypid, atttypmod), not attnotnull
    from pg_attribute
    where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped
    order by attnum
"""
KEYS = """
    select indisprimary, array(
        select attname::text
        from unnest(indkey) with ordinality as key_columns (attnum, place)
        inner join pg_attribute
            on attrelid = indrelid and pg_attribute.attnum = key_columns.attnum
        order by place
    )
    from pg_index
    where indrelid = to_regclass(%s) and indisunique
"""
SCHEMA = """
    select
        obj_description(pg_namespace.oid, 'pg_namespace'),
        array(
            select relname::text
            from pg_class
            where relnamespace = pg_namespace.oid
                and relkind in ('r', 'p', 'v', 'm', 'f')
        )
    from pg_namespace
    where nspname = 'marts'
"""


def publish(warehouse: Path, address: str) -> int:
    """Replace the tables of schema ``marts`` by the marts; return how many there are.

    Raises InputError where the address, the database or the warehouse is at fault;
    the database is then as it was.
    """
    with opened(warehouse) as marts, _transaction(address) as cursor:
        described = tables(marts)
        _claim(cursor, {table.name for table in described})
        for table in described:
            _make_room(cursor, table)
            copying = sql.SQL("copy {} from stdin").format(_name(table))
            with cursor.copy(copying) as copy:
                for rows in text_rows(marts, table):
                    copy.write(rows)
            _finish(cursor, table)
        return len(described)


@contextmanager
def _transaction(address: str) -> Iterator[Cursor]:
    """Yield a cursor of one transaction, with every fault as one line."""
    options = _options(address)
    try:
        with psycopg.connect(**options) as connection, connection.cursor() as cursor:
            cursor.execute(sql.SQL("set local lock_timeout = {}").format(LOCK_TIMEOUT))
            # one at a time, or the second would meet the rows of the first
            cursor.execute("select pg_advisory_xact_lock(%s)", [ADVISORY_LOCK])
            yield cursor
    except psycopg.Error as error:
        message = str(error).strip().splitlines() or [type(error).__name__]
        raise InputError(f"--to: {message[0]}") from error


def _options(address: str) -> dict[str, Any]:
    """Return what the address says; it is never shown, as it may hold a password."""
    try:
        if not address.startswith(SCHEMES):
            raise ValueError
        parameters = conninfo_to_dict(address)
    except (ValueError, psycopg.Error):
        raise InputError(f"--to: not an address of the form {FORM}") from None
    return {
        "connect_timeout": CONNECT_TIMEOUT_S,
        "application_name": "llm-telemetry publish",
        **parameters,
        "client_encoding": "utf8",
    }


def _claim(cursor: Cursor, names: set[str]) -> None:
    """Make the schema ours, without what is no mart any more; spare all others."""
    found = cursor.execute(SCHEMA).fetchall()
    if not found:
        cursor.execute("create schema marts")
    comment, present = found[0] if found else (None, [])
    claimed = (comment or "").partition(CLAIM)
    owned = set() if claimed[0] else set(claimed[2].split(", "))
    if strangers := sorted(names & set(present) - owned):
        raise InputError(
            f"--to: schema marts holds tables that publish did not make "
            f"({', '.join(strangers)}): name another database"
        )
    for name in sorted(owned & set(present) - names):
        cursor.execute(sql.SQL("drop table marts.{}").format(sql.Identifier(name)))
    claim = CLAIM + ", ".join(sorted(names))
    cursor.execute(sql.SQL("comment on schema marts is {}").format(claim))


def _make_room(cursor: Cursor, table: Table) -> None:
    """Leave the table without rows: the same one, where its shape is the same."""
    name = f'marts."{table.name}"'
    shape = [tuple(row) for row in cursor.execute(SHAPE, [name]).fetchall()]
    keys = {(first, tuple(key)) for first, key in cursor.execute(KEYS, [name])}
    if shape == table.shape() and keys == set(table.keys):
        cursor.execute(sql.SQL("delete from {}").format(_name(table)))
        return
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}{}").format(
            sql.Identifier(column),
            sql.SQL(kind),
            sql.SQL("" if is_nullable else " not null"),
        )
        for column, kind, is_nullable in table.shape()
    )
    cursor.execute(sql.SQL("drop table if exists {}").format(_name(table)))
    cursor.execute(sql.SQL("create table {} ({})").format(_name(table), columns))


def _finish(cursor: Cursor, table: Table) -> None:
    """Set the keys that are not there yet, and the comments."""
    if not cursor.execute(KEYS, [f'marts."{table.name}"']).fetchall():
        for is_primary, key in table.keys:
            cursor.execute(_key(cursor, table, key, is_primary=is_primary))
    for column, comment in table.comments:
        what = sql.SQL("table {}").format(_name(table))
        if column:
            what = sql.SQL("column {}.{}").format(_name(table), sql.Identifier(column))
        cursor.execute(sql.SQL("comment on {} is {}").format(what, comment))
    cursor.execute(sql.SQL("analyze {}").format(_name(table)))


def _key(
    cursor: Cursor, table: Table, key: tuple[str, ...], *, is_primary: bool
) -> sql.Composed:
    columns = sql.SQL(", ").join(map(sql.Identifier, key))
    if is_primary:
        added = sql.SQL("alter table {} add primary key ({})")
        return added.format(_name(table), columns)
    # as the tests have it: one column may repeat its null, several together may not
    knows = cursor.connection.info.server_version >= NULLS_NOT_DISTINCT_SINCE
    nulls = sql.SQL("nulls not distinct" if knows and len(key) > 1 else "")
    created = sql.SQL("create unique index on {} ({}) {}")
    return created.format(_name(table), columns, nulls)


def _name(table: Table) -> sql.Identifier:
    return sql.Identifier("marts", table.name)

"""The marts as another database needs them: shape, keys, comments, rows as text."""

from collections.abc import Iterator
from dataclasses import dataclass

from llm_telemetry.errors import InputError
from llm_telemetry.warehouse.connection import Connection
from llm_telemetry.warehouse.model_contracts import Contract, marts

# what a contract may say, in the words of PostgreSQL
TYPES = {
    "VARCHAR": "text",
    "BIGINT": "bigint",
    "DOUBLE": "double precision",
    # dollars of rollups
    "DECIMAL(38,12)": "numeric(38,12)",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp without time zone",
}
# rows at a time; a row of the widest mart has half a kilobyte
BATCH = 5_000

COLUMNS = """
    select table_name, column_name, data_type, is_nullable, comment
    from duckdb_columns()
    where schema_name = 'marts'
    order by table_name, column_index
"""
COMMENTS = """
    select table_name, comment from duckdb_tables() where schema_name = 'marts'
    union all
    select view_name, comment from duckdb_views() where schema_name = 'marts'
"""


@dataclass(frozen=True)
class Table:
    """One mart: its columns with type and nullability, keys and comments.

    Of the ``keys`` at most one is primary: the grain, where none of its columns may be
    null. ``comments`` name a column, or none for the table itself.
    """

    name: str
    columns: tuple[tuple[str, str, bool], ...]
    keys: tuple[tuple[bool, tuple[str, ...]], ...]
    comments: tuple[tuple[str | None, str], ...]

    def shape(self) -> list[tuple[str, str, bool]]:
        """Return name, type of PostgreSQL and whether it may be null, in order."""
        return [(name, TYPES[kind], nullable) for name, kind, nullable in self.columns]


def tables(connection: Connection) -> list[Table]:
    """Return every mart of a warehouse, in the order of their names."""
    of_tables = dict(connection.execute(COMMENTS).fetchall())
    promised = marts()
    columns: dict[str, list[tuple[str, str, bool, str | None]]] = {}
    for mart, *column in connection.execute(COLUMNS).fetchall():
        columns.setdefault(mart, []).append(tuple(column))
    return [
        _table(name, columns[name], of_tables.get(name), promised.get(name))
        for name in sorted(columns)
    ]


def text_rows(connection: Connection, table: Table) -> Iterator[str]:
    """Yield the rows in the text format of COPY, some thousand at a time."""
    fields = ", chr(9), ".join(_field(name, kind) for name, kind, _ in table.columns)
    query = f'select concat({fields}, chr(10)) from marts."{table.name}"'
    rows = connection.execute(query)
    while batch := rows.fetchmany(BATCH):
        yield "".join(row for (row,) in batch)


def _table(
    name: str,
    columns: list[tuple[str, str, bool, str | None]],
    comment: str | None,
    contract: Contract | None,
) -> Table:
    unknown = [kind for _, kind, _, _ in columns if kind not in TYPES]
    if unknown:
        raise InputError(f"marts.{name}: {unknown[0]} is no type that can be published")
    not_null = contract.not_null if contract else frozenset()
    # a view knows of no constraint, its contract does
    shape = tuple(
        (column, kind, nullable and column not in not_null)
        for column, kind, nullable, _ in columns
    )
    comments = [(None, comment), *((column, text) for column, _, _, text in columns)]
    return Table(
        name=name,
        columns=shape,
        keys=tuple(_keys(contract.keys if contract else (), shape)),
        comments=tuple((column, text) for column, text in comments if text),
    )


def _keys(
    keys: tuple[tuple[str, ...], ...], shape: tuple[tuple[str, str, bool], ...]
) -> Iterator[tuple[bool, tuple[str, ...]]]:
    nullable = {column for column, _, is_nullable in shape if is_nullable}
    has_primary = False
    for key in keys:
        is_primary = not has_primary and not nullable & set(key)
        has_primary |= is_primary
        yield is_primary, key


def _field(name: str, kind: str) -> str:
    """Return the SQL of a field in COPY's text format, which escapes by backslash."""
    text = f'"{name}"'
    if kind == "VARCHAR":
        for sought, put in (
            ("'\\'", "'\\\\'"),
            ("chr(9)", "'\\t'"),
            ("chr(10)", "'\\n'"),
            ("chr(13)", "'\\r'"),
        ):
            text = f"replace({text}, {sought}, {put})"
    return f"coalesce(cast({text} as varchar), '\\N')"

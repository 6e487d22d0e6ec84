"""The files of a table or source, and the first rows of each."""

import csv
import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import duckdb

from llm_telemetry.ingest.malformed import UNREADABLE, why_unreadable

FIRST_ROWS = 100
OF_TABLE = re.compile(r"[.](csv|csv[.]gz|parquet)$")


@dataclass(frozen=True)
class Head:
    """The column names of a file and its first rows as texts.

    ``columns`` has the contract's names of columns that the settings rename, and else
    those of the file, which ``written`` has. It is empty for an empty file, and None
    where the file could not be read (``fault`` says why) or is no CSV as far as read.
    """

    name: str
    columns: list[str] | None = None
    written: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    fault: str | None = None

    def lower(self) -> list[str]:
        """Return the column names as the contract spells them."""
        return [name.lower() for name in self.columns or []]


def read_head(
    file: Path, folder: Path, renamed: Mapping[str, str], *, rows: int = FIRST_ROWS
) -> Head:
    """Return the head of a file below ``folder``, with at most so many rows.

    ``renamed`` has the contract's names by those in the file, in lower case.

    A Parquet file has one row without values: what it holds is left to dbt.
    """
    name = str(file.relative_to(folder))
    csv.field_size_limit(2**31 - 1)

    def head(written: list[str], rows: list[list[str]]) -> Head:
        columns = [renamed.get(column.lower(), column) for column in written]
        return Head(name, columns, written, rows)

    try:
        if file.name.endswith(".parquet"):
            return head(duckdb.read_parquet(literal(file)).columns, [[]])
        if file.name.endswith(".gz") and not file.stat().st_size:
            raise EOFError
        opened = gzip.open if file.name.endswith(".gz") else open
        with opened(file, "rt", encoding="utf-8-sig", newline="") as text:
            # like DuckDB, which skips empty lines and trims names
            filled = (row for row in csv.reader(text, skipinitialspace=True) if row)
            columns = [column.strip() for column in next(filled, [])]
            return head(columns, list(islice(filled, rows)))
    except csv.Error:
        return Head(name)
    except UNREADABLE as error:
        return Head(name, fault=why_unreadable(error))


def files_of_table(connection: duckdb.DuckDBPyConnection, table: Path) -> list[Path]:
    """Return the files of ``folder/stem`` as dbt finds them, by name."""
    patterns = (f"{literal(table)}.*", f"{literal(table)}/**")
    found = [file for pattern in patterns for file in glob(connection, pattern)]
    return sorted(file for file in found if OF_TABLE.search(file.name))


def glob(connection: duckdb.DuckDBPyConnection, pattern: str) -> list[Path]:
    """Return the files of a pattern as dbt finds them, by name."""
    found = connection.execute("select file from glob(?) order by file", [pattern])
    return [Path(file) for (file,) in found.fetchall()]


def literal(path: Path) -> str:
    """Return a path as a pattern that matches nothing else."""
    return re.sub(r"([*?[])", r"[\1]", str(path))

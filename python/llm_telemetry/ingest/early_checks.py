"""Look at files, headers and first rows before dbt starts, which is slow to say it.

What is named here would fail the build for certain; whatever needs every row is left
to the integrity checks, of which the lines carry the names.
"""

import os
import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from math import inf
from pathlib import Path

import duckdb
import yaml

from llm_telemetry.config import column_names
from llm_telemetry.config.knobs import CONTRACT, number
from llm_telemetry.config.settings_file import NAME
from llm_telemetry.errors import InputError
from llm_telemetry.ingest import swapped_files
from llm_telemetry.ingest.column_values import (
    READINGS,
    UNITS,
    unlikely_unit,
    unusable,
)
from llm_telemetry.ingest.csv_headers import (
    header_faults,
    separated,
    separator,
    twice,
)
from llm_telemetry.ingest.discovery import contents, shown
from llm_telemetry.ingest.file_heads import (
    FIRST_ROWS,
    Head,
    files_of_table,
    glob,
    literal,
    read_head,
)
from llm_telemetry.ingest.malformed import malformed_files

REQUIRED = "interactions"
NOT_EMPTY = (REQUIRED, "sessions", "users")
# of a table, the latest by name; columns of a file that a message names
MOST_FILES, MOST_NAMES = 100, 8
JSON = ("json", "jsonl", "ndjson")
SOURCE_SUFFIXES = {"otlp": JSON}
GATEWAY_SUFFIXES = (*JSON, "csv", "parquet")
# read a file; list and enter a folder
READ, ENTER = os.R_OK, os.R_OK | os.X_OK
DENIED = "cannot be read: Permission denied"


@dataclass(frozen=True)
class Looked:
    """A folder that is looked at, and hints on columns named unlike the contract's."""

    connection: duckdb.DuckDBPyConnection
    folder: Path
    sources: Collection[str]
    hints: list[str] = field(default_factory=list)
    meant: dict[str, dict[str, str]] = field(default_factory=dict)
    # by table, a file with its name and whose columns that file has
    swapped: dict[str, tuple[str, str]] = field(default_factory=dict)

    def mapping(self) -> list[str]:
        """Return what the settings file would have to say, if anything."""
        if not self.meant:
            return []
        text = yaml.safe_dump(
            {"columns": self.meant}, default_flow_style=True, width=inf
        )
        return [f"to map these columns, write in {NAME}: {text.strip()[1:-1]}"]


def check(folder: Path, sources: Collection[str]) -> list[str]:
    """Return hints on columns that are named unlike those of the contract.

    Raises InputError with one line per problem, all of which would fail the build.
    """
    if not os.access(folder, ENTER):
        raise InputError(f"{shown(folder)}: {DENIED}")
    faults: list[str] = []
    with duckdb.connect() as connection:
        looked = Looked(connection, folder, sources)
        for source in sources:
            if source == CONTRACT:
                for table in column_names.STEMS:
                    faults += _table_faults(looked, table)
            else:
                faults += _source_faults(looked, source)
    faults = [*swapped_files.lines(looked.swapped), *faults]
    if faults:
        raise InputError(*faults, *looked.hints, *looked.mapping())
    return [*looked.hints, *looked.mapping()]


def _table_faults(looked: Looked, table: str) -> Iterator[str]:
    """Yield what is wrong with the files of a table of the contract."""
    folder, stem = looked.folder, column_names.STEMS[table]
    if _is_denied(folder / stem):
        yield f"{shown(folder / stem)}: {DENIED}"
        return
    files = files_of_table(looked.connection, folder / stem)
    if not files:
        if table == REQUIRED:
            yield (
                f"{table}.file: required_file: no {stem}.csv (or .csv.gz, .parquet) in "
                f"{shown(folder)}; found: {contents(folder)}: give the file this name, "
                "or name another folder with --data-dir"
            )
        return
    single = [file.name for file in files if file.parent == folder]
    if len(single) > 1:
        yield f"{table}.file: one_file: {' and '.join(single)}: keep one of them"
    latest = files[-MOST_FILES:]
    renamed = column_names.renamed(table)
    heads = [
        read_head(file, folder, renamed, rows=FIRST_ROWS if file is latest[-1] else 1)
        for file in latest
    ]
    if any(head.columns is None for head in heads):
        yield from (f"{head.name}: {head.fault}" for head in heads if head.fault)
        return
    yield from _content_faults(looked, table, files, heads)


def _content_faults(
    looked: Looked, table: str, files: list[Path], heads: list[Head]
) -> Iterator[str]:
    """Yield what is wrong with the rows and columns of a table's latest files."""
    is_whole = len(heads) == len(files)
    if table in NOT_EMPTY and is_whole and not any(head.rows for head in heads):
        yield f"{table}.file: not_empty: {_named(heads)} has no rows: export it again"
    with_names = [head for head in heads if head.columns]
    known = column_names.contract()[table]
    if marked := [head for head in with_names if separator(head, known)]:
        mark = separator(marked[0], known) or ""
        yield f"{table}.file: {_named(marked)} {separated(marked[0], mark)}"
        return
    for head in with_names:
        if other := swapped_files.other_table(table, head):
            looked.swapped[table] = head.name, other
            return
    yield from _renamed_columns(table, with_names)
    yield from _columns_twice(table, with_names)
    yield from _absent_columns(looked, table, with_names)
    if table != "interactions":
        return
    for column in READINGS:
        line = unusable(looked.connection, files, heads[-1], column)
        # a cost can be imputed from tokens
        if line and column == "cost_usd":
            looked.hints.append(line)
        elif line and (column != "latency_ms" or _needs_latency(looked)):
            yield line
    units = [unlikely_unit(heads[-1], column) for column in UNITS]
    looked.hints.extend(line for line in units if line)
    is_lacked = is_whole and not any("latency_ms" in head.lower() for head in heads)
    if is_lacked and with_names and _needs_latency(looked):
        yield from _no_latency(looked, with_names)


def _renamed_columns(table: str, heads: list[Head]) -> Iterator[str]:
    """Yield each column of the settings that no file has, or that it has twice."""
    for written, name in column_names.renamed(table).items():
        said = f"{table}.{name}: read from `{written}`"
        with_it = [head for head in heads if written in map(str.lower, head.written)]
        if heads and not with_it:
            found = ", ".join(heads[0].written[:MOST_NAMES])
            yield (
                f"{said}, absent from {_named(heads)}; found: {found}: correct "
                "`columns` in the settings"
            )
        if twice := [head for head in with_it if head.lower().count(name) > 1]:
            yield (
                f"{said}, but {_named(twice)} has a column `{name}` too: remove one of "
                "them, or the line below `columns`"
            )


def _columns_twice(table: str, heads: list[Head]) -> Iterator[str]:
    """Yield each column of the contract that a file has in two spellings, or twice."""
    # of a column of the settings there is a line already
    renamed = column_names.renamed(table).values()
    for column in column_names.contract()[table]:
        if column in renamed:
            continue
        with_both = [head for head in heads if twice(head, column)]
        if with_both:
            said = twice(with_both[0], column)
            yield f"{table}.{column}: {_named(with_both)} {said}"


def _absent_columns(looked: Looked, table: str, heads: list[Head]) -> Iterator[str]:
    """Yield each required column that files lack; hint at what the others may be."""
    for column, requirement in column_names.contract()[table].items():
        is_required = requirement == "required"
        # a day stands in for the timestamp
        enough = {column, "date_utc"} if column == "timestamp_utc" else {column}
        lacking = [head for head in heads if not enough & set(head.lower())]
        if not lacking:
            continue
        hint = _hint(looked, table, column, lacking[0])
        if is_required:
            yield (
                f"{table}.{column}: required_column: not in {_named(lacking)}: "
                + (hint or f"add the column; found: {_columns(lacking[0])}")
            )
        elif hint and not (column == "latency_ms" and _needs_latency(looked)):
            looked.hints.append(f"{table}.{column}: {hint}")


def _hint(looked: Looked, table: str, column: str, head: Head) -> str | None:
    """Ask whether another column is meant, and note it for the settings file."""
    known = column_names.contract()[table]
    unknown = [name for name in head.columns or [] if name.lower() not in known]
    other = column_names.like(column, unknown)
    if other is None:
        return None
    looked.meant.setdefault(table, {})[column] = other
    return f"did you mean `{other}` -> `{column}`? rename the column or map it"


def _needs_latency(looked: Looked) -> bool:
    """Return whether a build of the contract's files alone fails without latencies."""
    # a knob that is no number has a line of its own
    with suppress(InputError):
        is_limited = number("max_latency_missing_rate") < 1
        return is_limited and list(looked.sources) == [CONTRACT]
    return False


def _no_latency(looked: Looked, heads: list[Head]) -> Iterator[str]:
    # an answer from a cache needs no latency
    if not any("cache_hit" in head.lower() for head in heads):
        hint = _hint(looked, "interactions", "latency_ms", heads[0])
        remedy = hint or (
            "add the column, or set MAX_LATENCY_MISSING_RATE=1 if it was never recorded"
        )
        check = f"missing_latency: not in {_named(heads)}"
        yield f"interactions.latency_ms: {check}: {remedy}"


def _named(heads: list[Head]) -> str:
    more = f" and {len(heads) - 1} more files" if len(heads) > 1 else ""
    return heads[0].name + more


def _columns(head: Head) -> str:
    names = head.columns or []
    more = len(names) - MOST_NAMES
    return ", ".join([*names[:MOST_NAMES], *([f"{more} more"] if more > 0 else [])])


def _is_denied(folder: Path) -> bool:
    return os.path.isdir(folder) and not os.access(folder, ENTER)


def _source_faults(looked: Looked, source: str) -> Iterator[str]:
    """Yield what is wrong with the files of a source other than the contract."""
    folder, own = looked.folder, looked.folder / source
    if _is_denied(own):
        yield f"{shown(own)}: {DENIED}"
        return
    suffixes = SOURCE_SUFFIXES.get(source, GATEWAY_SUFFIXES)
    ending = re.compile(rf"[.]({'|'.join(suffixes)})([.]gz)?$")
    found = (
        [file for file in glob(looked.connection, pattern) if ending.search(file.name)]
        for pattern in (f"{literal(own)}/**", f"{literal(folder)}/**")
    )
    files = next((some for some in found if some), [])
    if not files:
        endings = ", ".join(f".{suffix}" for suffix in suffixes)
        yield (
            f"{source}.file: required_file: no file of {endings} (or .gz of them) in "
            f"{shown(own)} or {shown(folder)}; found: {contents(folder)}: put the "
            "export there, or name its folder with --data-dir"
        )
        return
    names = {file: file.relative_to(folder) for file in files}
    yield from (f"{names[f]}: {DENIED}" for f in files if not os.access(f, READ))
    yield from header_faults(files, folder, source)
    if not any(file.stat().st_size for file in files):
        what = f" and {len(files) - 1} more files are" if len(files) > 1 else " is"
        empty = (
            f"{source}.file: not_empty: {names[files[0]]}{what} empty: export it again"
        )
        yield from malformed_files(folder, [source]) or [empty]

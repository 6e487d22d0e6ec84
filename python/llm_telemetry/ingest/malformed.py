"""Say where a file that could not be read is broken."""

import csv
import gzip
import json
import re
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path

import duckdb

from llm_telemetry.config.knobs import CONTRACT
from llm_telemetry.ingest.discovery import STEM, contract_files

# what opening or reading a file raises where the file is at fault
UNREADABLE = (duckdb.Error, EOFError, zlib.error, UnicodeDecodeError, OSError)
TELEMETRY = re.compile(r"[.]((jsonl?|ndjson|csv)([.]gz)?|parquet)$")

# macros/engine/read_telemetry.sql has the same limit, in bytes
LONGEST_ROW = 16 << 20


def malformed_files(folder: Path, sources: Collection[str]) -> list[str]:
    """Return one line per telemetry file of the sources that cannot be read."""
    files = sorted(
        {file for source in sources for file in source_files(folder, source)}
    )
    names = [file.relative_to(folder) for file in files]
    found = ((name, _fault(folder / name, name.parts[0])) for name in names)
    return [f"{name}: {fault}" for name, fault in found if fault]


def source_files(folder: Path, source: str) -> list[Path]:
    """Return the files of a source: below its own folder, else below the one of all."""
    if source == CONTRACT:
        return contract_files(folder)
    places = (folder / source, folder)
    return next((found for place in places if (found := [*_telemetry(place)])), [])


def _telemetry(folder: Path) -> Iterator[Path]:
    for file in folder.rglob("*"):
        if TELEMETRY.search(file.name) and file.is_file():
            yield file


def _fault(file: Path, place: str) -> str | None:
    try:
        if file.name.endswith(".parquet"):
            duckdb.read_parquet(str(file)).limit(0).fetchall()
        elif file.name.endswith(".gz") and not file.stat().st_size:
            raise EOFError
        elif place.startswith(STEM):
            return _broken_row(file)
        elif file.name.endswith(".json.gz"):
            return _broken_document(file)
        else:
            _read_through(file)
    except UNREADABLE as error:
        return why_unreadable(error)
    return None


def why_unreadable(error: Exception) -> str:
    """Return in words why a file could not be read, and what to do."""
    if isinstance(error, duckdb.Error):
        return "not a Parquet file: export it again"
    if isinstance(error, (gzip.BadGzipFile, EOFError, zlib.error)):
        return "not a complete gzip file: export it again"
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8 text: export it as UTF-8"
    return f"cannot be read: {getattr(error, 'strerror', error)}"


def _read_through(file: Path) -> None:
    """Read a file to its end; lines and documents that are torn are counted by dbt."""
    with gzip.open(file) if file.name.endswith(".gz") else file.open("rb") as content:
        while content.read(1 << 20):
            pass


def _broken_document(file: Path) -> str | None:
    """Return the line at which compressed documents end to be JSON."""
    text = gzip.decompress(file.read_bytes()).decode("utf-8-sig").rstrip()
    place = 0
    try:
        while place < len(text):
            start = len(text) - len(text[place:].lstrip())
            _, place = json.JSONDecoder().raw_decode(text, start)
    except json.JSONDecodeError as error:
        return f"line {error.lineno}: not JSON: export it again, or as .jsonl.gz"
    return None


def _bytes(row: list[str]) -> int:
    characters = sum(map(len, row))
    if 4 * characters <= LONGEST_ROW:
        return characters
    return sum(len(field.encode()) for field in row)


def _broken_row(file: Path) -> str | None:
    """Return the first row that is not CSV or not as wide as the header."""
    csv.field_size_limit(2**31 - 1)
    opened = gzip.open if file.name.endswith(".gz") else open
    with opened(file, "rt", encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines, strict=True)
        width = len(next(rows, []))
        first_line = rows.line_num + 1
        try:
            for row in rows:
                if (size := _bytes(row)) > LONGEST_ROW:
                    return (
                        f"line {first_line}: {size >> 20} MB in one row, and at most "
                        f"{LONGEST_ROW >> 20} are read: leave out its long text"
                    )
                if row and len(row) != width:
                    return (
                        f"line {first_line}: {len(row)} fields where the header has "
                        f"{width}: correct the row"
                    )
                first_line = rows.line_num + 1
        except csv.Error as error:
            return f"line {first_line}: {error}: correct the quotes"
    return None

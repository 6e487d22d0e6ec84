"""Say where a file that could not be read is broken."""

import csv
import gzip
from pathlib import Path

import duckdb

STEM = "llm_system_"


def malformed_files(folder: Path) -> list[str]:
    """Return one line per telemetry file of the folder that cannot be read."""
    files = sorted(file for file in folder.glob(f"{STEM}*") if file.is_file())
    found = ((file, _fault(file)) for file in files)
    return [f"{file.name}: {fault}" for file, fault in found if fault]


def _fault(file: Path) -> str | None:
    try:
        if file.name.endswith(".parquet"):
            duckdb.read_parquet(str(file)).limit(0).fetchall()
            return None
        if file.name.endswith((".csv", ".csv.gz")):
            return _broken_row(file)
    except duckdb.Error:
        return "not a Parquet file: export it again"
    except (gzip.BadGzipFile, EOFError):
        return "not a complete gzip file: export it again"
    except UnicodeDecodeError:
        return "not UTF-8 text: export it as UTF-8"
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return None


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
                if row and len(row) != width:
                    return (
                        f"line {first_line}: {len(row)} fields where the header has "
                        f"{width}: correct the row"
                    )
                first_line = rows.line_num + 1
        except csv.Error as error:
            return f"line {first_line}: {error}: correct the quotes"
    return None

"""What an answer is compared with: expected answers and sources, from a CSV file."""

import csv
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from llm_telemetry.errors import InputError

if TYPE_CHECKING:
    # slow to import
    import pandas as pd

KEYS = ("interaction_id", "prompt_id")
VALUES = ("expected", "aliases", "source")
# between the aliases of one expected answer
SEPARATOR = "|"


@dataclass(frozen=True)
class Expected:
    """The expected answers and the source of one call or one prompt."""

    answers: tuple[str, ...]
    source: str | None


@dataclass(frozen=True)
class Table:
    """What a file holds, by the column that its rows are found by."""

    key: str
    rows: dict[str, Expected]

    def of(self, calls: "pd.DataFrame") -> "pd.Series":
        """Return what is expected of each call, null where nothing is."""
        column = "id" if self.key == "interaction_id" else "prompt_id"
        return calls[column].map(self.rows)


def load(file: Path) -> Table:
    """Read a file; raise InputError with its row and column where it is wrong.

    It has a column interaction_id or prompt_id, and at least one of expected, aliases
    and source; others are ignored.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            # a source may be longer than the reader's usual limit
            csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
            reader = csv.DictReader(lines, strict=True)
            key = _key(file, reader.fieldnames or [])
            return Table(key, dict(_rows(file, reader, key)))
    except OSError as error:
        raise InputError(f"{file}: cannot read: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{file}: not a CSV file in UTF-8: save it as one") from error


def _key(file: Path, header: Sequence[str]) -> str:
    keys = [name for name in KEYS if name in header]
    if not keys:
        raise InputError(f"{file}: no column interaction_id or prompt_id: add one")
    if not set(VALUES) & set(header):
        raise InputError(f"{file}: no column expected, aliases or source: add one")
    return keys[0]


def _rows(
    file: Path, reader: "csv.DictReader[str]", key: str
) -> Iterator[tuple[str, Expected]]:
    seen: dict[str, int] = {}
    for row in reader:
        line = reader.line_num
        name = (row[key] or "").strip()
        if not name:
            raise InputError(f"{file}: line {line}: {key} is empty: fill it in")
        if name in seen:
            raise InputError(
                f"{file}: line {line}: {key} '{name}' is on line {seen[name]} too: "
                "leave one out, or give both answers as aliases"
            )
        seen[name] = line
        texts = [
            row.get("expected") or "",
            *(row.get("aliases") or "").split(SEPARATOR),
        ]
        answers = tuple(dict.fromkeys(text.strip() for text in texts if text.strip()))
        source = (row.get("source") or "").strip() or None
        if not answers and source is None:
            raise InputError(
                f"{file}: line {line}: {key} '{name}' has neither an expected answer "
                "nor a source: fill one in, or leave the line out"
            )
        yield name, Expected(answers, source)

"""Files of a team's own that are added to aliases, prices, labels and categories."""

import csv
import os
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

import duckdb
import yaml

from llm_telemetry.config.project import LOADER, PROJECT
from llm_telemetry.errors import InputError

# the seeds that may be extended, and columns without which a row says nothing
NEEDED = {
    "model_aliases": ("model_name", "model"),
    "price_overrides": ("model",),
    "evaluation_labels": ("label", "is_positive"),
    "prompt_categories": ("prompt_id", "category"),
}
# columns in which no two rows of a file may agree
KEYS = {
    "model_aliases": ("model_provider", "model_name"),
    "price_overrides": (
        *("provider", "model", "service_tier", "valid_from"),
        *("from_minute_utc", "min_input_tokens"),
    ),
    "evaluation_labels": ("label",),
    "prompt_categories": ("prompt_id",),
}
# lines about one file
MOST_LINES = 10
SHAPES = {
    "date": "a date such as 2026-05-31",
    "bigint": "a whole number",
    "double": "a number with a decimal point, not below 0",
    "boolean": "true or false",
}


def variable(seed: str) -> str:
    """Return the environment variable that names a team's own file of a seed."""
    return f"LLM_TELEMETRY_{seed.upper()}"


def files() -> dict[str, Path]:
    """Return the files that the environment names, by seed."""
    named = {seed: os.environ.get(variable(seed)) for seed in NEEDED}
    return {seed: Path(text) for seed, text in named.items() if text}


def check() -> None:
    """Raise InputError with one line per fault of the files that are named."""
    faults: list[str] = []
    for seed, file in files().items():
        found = list(_faults(seed, file))
        more = len(found) - MOST_LINES
        faults += found[:MOST_LINES]
        faults += [f"{file}: {more} more faults"] if more > 0 else []
    if faults:
        raise InputError(*faults)


def _faults(seed: str, file: Path) -> Iterator[str]:
    """Yield what is wrong with the columns of a file, or else with its values."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.reader(text)
            rows = [(reader.line_num, row) for row in reader if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or "not a CSV file in UTF-8"
        yield f"{file}: {seed} cannot be read: {reason}"
        return
    columns = [name.strip().lower() for name in rows[0][1]] if rows else []
    wrong = list(_column_faults(seed, file, columns))
    if wrong:
        yield from wrong
        return
    values = _Values(seed, columns)
    lines: dict[tuple[str, ...], int] = {}
    for line, row in rows[1:]:
        if len(row) != len(columns):
            fields = f"{len(row)} fields where the header has {len(columns)}"
            yield f"{file}: line {line}: {fields}: correct the row"
            continue
        for column, value in zip(columns, row, strict=True):
            if shape := values.wanted(column, value.strip()):
                said = f"'{value}'" if value.strip() else "no value"
                yield f"{file}: line {line}: {column}: {said}: write {shape}"
        # of two rows with one key, one would be used without a word
        named = dict(zip(columns, (value.strip() for value in row), strict=True))
        key = tuple(named.get(name, "").lower() for name in KEYS[seed])
        if key in lines:
            said = f"same {', '.join(KEYS[seed])} as line {lines[key]}"
            yield f"{file}: line {line}: {said}: keep one of them"
        lines.setdefault(key, line)


def _column_faults(seed: str, file: Path, columns: Sequence[str]) -> Iterator[str]:
    types = _types(seed)
    for column in dict.fromkeys(columns):
        if columns.count(column) > 1:
            yield f"{file}: {column}: given twice: keep one"
        if column not in types:
            near = get_close_matches(column, types, 1)
            hint = (
                f"did you mean {near[0]}?" if near else f"there are {', '.join(types)}"
            )
            yield f"{file}: {column}: no column of {seed}: {hint}"
    for column in NEEDED[seed]:
        if column not in columns:
            yield f"{file}: {column}: absent: add the column"


class _Values:
    """Whether the values of a seed's columns can be cast as the database casts them."""

    def __init__(self, seed: str, columns: Sequence[str]) -> None:
        self.needed = NEEDED[seed]
        self.types = {name: _types(seed)[name] for name in columns}
        self.connection = duckdb.connect()

    def wanted(self, column: str, value: str) -> str | None:
        """Return in words what a value should be instead, or None if it is good."""
        kind = self.types[column]
        shape = SHAPES.get(kind, "a text")
        if not value:
            return shape if column in self.needed else None
        if kind == "string":
            return None
        query = f"select try_cast(? as {kind}) is null"
        if kind in ("double", "bigint"):
            # neither negative nor infinite: all counts and prices start at 0
            bounds = "between 0 and 9223372036854775807"
            query = f"select coalesce(try_cast(? as {kind}) not {bounds}, true)"
        ((is_bad,),) = self.connection.execute(query, [value]).fetchall()
        return shape if is_bad else None


def _types(seed: str) -> dict[str, str]:
    """Return the types of a seed's columns, by name."""
    text = (PROJECT / "seeds" / f"{seed}.yml").read_text(encoding="utf-8")
    (declared,) = yaml.load(text, Loader=LOADER)["seeds"]
    return dict(declared["config"]["column_types"])

"""The seeds that capture reads: names of attributes and providers, and prices."""

import csv
import os
import re
from collections.abc import Iterator
from pathlib import Path

from llm_telemetry.capture.attributes import KEPT

PACKAGE = Path(__file__).parents[1]
# a wheel contains the dbt project; a checkout and an editable install are beside it
FOLDERS = (PACKAGE / "project" / "seeds", PACKAGE.parents[1] / "seeds")
Row = dict[str, str]


def rows(seed: str) -> Iterator[Row]:
    """Yield the rows of a seed, then those of the team's own file that extends it."""
    folder = next(filter(Path.is_dir, FOLDERS))
    yield from _read(folder / f"{seed}.csv")
    if own := os.environ.get(f"LLM_TELEMETRY_{seed.upper()}"):
        yield from _read(Path(own))


def aliases() -> dict[str, tuple[str, int]]:
    """Return field and priority of each attribute that is landed."""
    return {
        row["attribute_key"]: (row["field"], int(row["priority"]))
        for row in rows("otel_attribute_aliases")
        if row["attribute_key"] in KEPT or row["attribute_key"].startswith("app.")
    }


def like(pattern: str) -> re.Pattern[str]:
    """Return a pattern of SQL's like, of which only % is used, as an expression."""
    return re.compile(".*".join(map(re.escape, pattern.split("%"))) + r"\Z")


def _read(file: Path) -> Iterator[Row]:
    with file.open(encoding="utf-8-sig", newline="") as text:
        for row in csv.DictReader(text):
            yield {
                name.strip().lower(): (value or "").strip()
                for name, value in row.items()
                if isinstance(name, str)
            }

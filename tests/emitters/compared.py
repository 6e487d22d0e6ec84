"""What the product found in the spans of each emitter, beside what was served."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import provider

Record = dict[str, Any]
# by emitter, case and measure
Counts = Counter[tuple[str, str, str]]
MEASURES = ("calls", "input", "output", "cached", "reasoning", "failures", "typed")
# how a call of the case has failed; the others have not
TYPES = {
    "filtered": "safety_block",
    "limited": "rate_limit",
    "broken": "provider_error",
    "late": "timeout",
    "retried": "rate_limit",
}
# what is left of a stream has no counts that could be compared
UNCOUNTED = {("left", measure) for measure in MEASURES[1:5]}
FOUND = """
    select service_name, coalesce(request_model, model_name) as model, failure_type,
        coalesce(attempted_retries, 0) as retries,
        prompt_tokens, completion_tokens, cache_read_tokens, reasoning_tokens
    from marts.interactions
"""
# of calls that name no model, or one of no case
UNKNOWN = "unknown"
SOURCES = Path(__file__).parents[2] / "docs/guides/sources.md"


@dataclass
class Table:
    """The lines to be printed, and whether a difference has no explanation."""

    lines: list[str]
    is_wrong: bool


def table(found: Counts, served: Counts, emitters: Record, before: Counts) -> Table:
    """Return a line per emitter, and one per case that differs."""
    unwritten = not_written(SOURCES.read_text())
    lines = ["found / served" + (", in brackets: found before" if before else "")]
    wrong = []
    for name, emitter in emitters.items():
        lines.append(f"{name} ({', '.join(emitter['packages'])})")
        lines.append(f"    {totals(name, found, served, before)}")
        for case in [*provider.CASES, UNKNOWN]:
            told: dict[str, list[str]] = {"WRONG": [], "not written": []}
            for measure in MEASURES:
                key = (name, case, measure)
                is_known = (emitter["title"], measure, case) in unwritten
                is_right = found[key] == served[key] or (case, measure) in UNCOUNTED
                counts = f"{measure} {found[key]} / {served[key]}"
                if is_known and is_right:
                    told["WRONG"].append(f"{counts}, which {SOURCES.name} denies")
                elif not is_right:
                    told["not written" if is_known else "WRONG"].append(counts)
            wrong += told["WRONG"]
            lines += [
                f"    {verdict}: {case}, {', '.join(differences)}"
                for verdict, differences in told.items()
                if differences
            ]
    lines.append(f"{len(wrong)} counts differ without an explanation")
    return Table(lines, bool(wrong))


def totals(name: str, found: Counts, served: Counts, before: Counts) -> str:
    """Return the sums over the cases of an emitter."""
    cells = []
    for measure in MEASURES:
        right, now, old = (
            sum(
                count
                for (emitter, case, of), count in counts.items()
                if (emitter, of) == (name, measure) and (case, of) not in UNCOUNTED
            )
            for counts in (served, found, before)
        )
        cells.append(f"{measure} {now} / {right}" + (f" [{old}]" if before else ""))
    return ", ".join(cells)


def of_provider(log: Iterable[Record]) -> Counts:
    """Return what was served."""
    counts: Counts = Counter()
    for line in log:
        case = line["case"]
        is_refused = line["status"] != 200
        is_failure = is_refused if case == "retried" else case in TYPES
        values = {name: line.get(name, 0) for name in MEASURES[1:5]}
        add(counts, line["emitter"], case, values | {"failed": is_failure})
    return counts


def of_product(warehouse: Path, emitters: Record) -> Counts:
    """Return what the marts say."""
    cases = {
        (name, given[emitter.get("vendor", "openai")]): case
        for name, emitter in emitters.items()
        for case, given in provider.CASES.items()
    }
    counts: Counts = Counter()
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(FOUND).fetchall()
    for name, model, failure, retries, *tokens in rows:
        case = cases.get((name, model), UNKNOWN)
        values = dict(zip(MEASURES[1:5], tokens, strict=True))
        add(counts, name, case, values | {"failed": failure != "none"}, failure)
        # inside of the row, and failed: of what kind is not known
        counts[name, case, "calls"] += retries
        counts[name, case, "failures"] += retries
    return counts


def add(
    counts: Counts, name: str, case: str, values: Record, failure: str | None = None
) -> None:
    """Add one call."""
    is_typed = values["failed"] and failure in (None, TYPES.get(case))
    counts[name, case, "calls"] += 1
    counts[name, case, "failures"] += int(values["failed"])
    counts[name, case, "typed"] += int(is_typed)
    for measure in MEASURES[1:5]:
        counts[name, case, measure] += values[measure] or 0


def not_written(page: str) -> set[tuple[str, str, str]]:
    """Return which measure of which case an emitter does not write, by its title."""
    (section,) = re.findall(
        r"^## What instrumentations do not write\n(.*?)(?=^## |\Z)", page, re.M | re.S
    )
    return {triple for row in rows_of(section) for triple in named(row)}


def rows_of(section: str) -> Iterator[Record]:
    """Return the rows of the one table of a section, by the names of its columns."""
    lines = [line for line in section.splitlines() if line.startswith("|")]
    header, _, *body = (
        [cell.strip() for cell in line.split("|")[1:-1]] for line in lines
    )
    for row in body:
        yield dict(zip(header, row, strict=True))


def named(row: Record) -> Iterator[tuple[str, str, str]]:
    """Return what a row names: its cells hold the names of cases."""
    for title in row["instrumentation"].split("; "):
        for measure in MEASURES:
            for case in re.findall(r"\w+", row[measure]):
                yield title, measure, case

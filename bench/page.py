"""The pages of docs/measured that `make bench` writes, from what was measured alone.

A comparison that names a ``PAGE`` has that page, between its two markers; the others
share benchmarks.md.
"""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType
from typing import Any

from measuring import BENCH, ROOT, Row
from words import Section, bars_table, paragraph, table

FOLDER = ROOT / "docs" / "measured"
PAGE = FOLDER / "benchmarks.md"
BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
TARGETS = """
The targets were set in advance, as ambitions; no result depends on them. Where one is
not reached, the last column says why, and its section shows where the time goes.
"""
RESULTS = BENCH / "results"
PACKAGES = ("duckdb", "dbt-core", "dbt-duckdb", "pandas", "polars", "scikit-learn")
Result = dict[str, Any]

HEAD = """
`make bench` writes this page: it generates the data, runs every comparison below and
records the results. The multiples are more meaningful than the seconds: both sides of
each were measured on the same machine, in turn. Times and memory are medians of as many
runs as the tables say; jobs that take minutes run less often. `largest MB` is the peak
of the largest process, `all MB` that of all processes of the job at one moment, their
resident sets added up. Files are read from the page cache where they fit into it. The
targets that were set, and whether they are reached, are listed at the end.
"""


def keep(comparison: str, case: str, rows: list[Row]) -> None:
    """Write what one case of a comparison found, with where and when."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    result = {"case": case, "rows": rows, "date": today(), **surroundings()}
    place = RESULTS / comparison / f"{case.replace(' ', '-')}.json"
    place.parent.mkdir(exist_ok=True)
    # all of it or nothing: the page is made from whatever stands here
    partial = place.with_suffix(".partial")
    partial.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    os.replace(partial, place)


def write(comparisons: Mapping[str, ModuleType]) -> None:
    """Render each page of which there are results, from all of them."""
    shared = {}
    for name, comparison in comparisons.items():
        if not hasattr(comparison, "PAGE"):
            shared[name] = comparison
        elif of_name := results(name):
            write_between(FOLDER / comparison.PAGE, comparison, of_name)
    if any(map(results, shared)):
        PAGE.write_text("\n".join(lines(shared)) + "\n", encoding="utf-8")


def write_between(
    page: Path, comparison: ModuleType, of_name: Sequence[Result]
) -> None:
    """Replace what is between the markers of a page."""
    text = page.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    section = comparison.section(rows(of_name)).lines()[2:]
    body = "\n".join([BEGIN, *section, *measured_on(of_name), "", END])
    page.write_text(before + body + after, encoding="utf-8")


def lines(comparisons: Mapping[str, ModuleType]) -> list[str]:
    """Return the lines of the page."""
    found = {name: results(name) for name in comparisons}
    sections = [
        comparisons[name].section(rows(of_name))
        for name, of_name in found.items()
        if of_name
    ]
    every = [result for of_name in found.values() for result in of_name]
    return [
        "# Measured",
        "",
        *paragraph(HEAD),
        *(measured_on(every) or ["", "Nothing is measured yet."]),
        *(line for section in sections for line in section.lines()),
        *summary(sections),
    ]


def results(comparison: str) -> list[Result]:
    """Return the results of a comparison, the smallest size first."""
    files = (RESULTS / comparison).glob("*.json")
    found = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    return sorted(found, key=lambda one: in_order(one["case"]))


def in_order(case: str) -> tuple[int, str]:
    """Return what sorts cases: by the number they begin with, words last."""
    first = case.split()[0]
    return (int(first), case) if first.isdigit() else (0, case)


def rows(of_name: Sequence[Result]) -> list[Row]:
    """Return the rows of all cases, each with its case."""
    return [{"case": one["case"], **row} for one in of_name for row in one["rows"]]


def summary(sections: list[Section]) -> list[str]:
    """Return every target of the page, and how many are reached."""
    bars = [bar for section in sections for bar in section.bars]
    reached = sum(bar.is_met for bar in bars)
    counted = f"{TARGETS} {reached} of {len(bars)} are reached."
    lines = ["", "## Targets", "", *paragraph(counted), "", *bars_table(bars)]
    return lines if bars else []


def measured_on(every: Sequence[Result]) -> list[str]:
    """Return the machines, the versions and the dates."""
    kinds: dict[tuple[str, str], list[str]] = {}
    for result in every:
        said = ", ".join(
            f"{name} {which}" for name, which in result["versions"].items()
        )
        kinds.setdefault((result["machine"], said), []).append(result["date"])
    cells = [
        [between(min(dates), max(dates)), machine, said]
        for (machine, said), dates in sorted(kinds.items())
    ]
    return ["", *table(["measured", "on", "with"], cells)] if cells else []


def between(first: str, last: str) -> str:
    """Return a date, or two."""
    return first if first == last else f"{first} to {last}"


def today() -> str:
    """Return the date of the run, UTC."""
    return datetime.now(UTC).date().isoformat()


def surroundings() -> dict[str, Any]:
    """Return the machine, and the versions of what is compared."""
    versions = {"Python": platform.python_version()}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = "absent"
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1024**3
    machine = f"{os.cpu_count()} cores, {memory:.0f} GB, {platform.system()}"
    return {"machine": f"{machine} {platform.machine()}", "versions": versions}

"""Ours beside the reference's algorithm in pandas and in polars."""

from collections.abc import Callable
from functools import partial

from jobs import Site, build, parse, profiled, run, script, site
from measuring import Cases, Plan, Row, Usage, by_size, in_turn, measure, simulated
from words import (
    Bar,
    Section,
    by_case,
    job,
    largest,
    ratio,
    run_profile,
    size,
    usage_table,
)

TABLES, RUN, AGAIN = (
    "ours, the marts and their tests",
    "ours, a whole run",
    "ours, again",
)
KINDS = {
    "its tables": ["--no-triage"],
    "and triage": [],
    "its tables, our slices": ["--no-triage", "--lattice"],
}
# library, then how many times as slow and as large as ours it should be
BARS = {"pandas": (8, 8), "polars": (1, 4)}
WHY = {
    TABLES: "ours builds every mart and tests it, theirs only the reference's tables",
    RUN: "ours also computes intervals, refusals and every other decision",
}
SAID = """
The reference's algorithm: load, check, daily health, slices, hotspots, drift, the
routing policy and its backtest; with triage, also its failure model. Both libraries
give the same tables, which a test checks. `our slices` are all 63 families of up to
three dimensions. Ours does more: every mart with its tests, or the whole run with all
decisions, their intervals and refusals. In `again`, no file is new and all are landed.
"""


def cases(plan: Plan) -> Cases:
    """Return every size."""
    return by_size(measured, plan, 1_000_000, 10_000_000)


def measured(interactions: int, plan: Plan) -> list[Row]:
    """Return what every job takes, and where a first run of ours spends its time."""
    data_dir = simulated(interactions, plan)
    at = site(data_dir, f"ours-{data_dir.name}")
    parse(at)
    jobs: dict[str, Callable[[], Usage]] = {
        TABLES: partial(build, at),
        RUN: lambda: run(at)[0],
        AGAIN: lambda: run(at, is_first=False)[0],
    }
    for library in BARS:
        for kind, words in KINDS.items():
            jobs[f"{library}, {kind}"] = partial(theirs, at, library, words)
    rows = in_turn(jobs, plan)
    found = profiled(at)
    return [*rows, {"profile": found}]


def theirs(at: Site, library: str, words: list[str]) -> Usage:
    """Run the job of another library."""
    reference = script(f"reference_{library}.py")
    out_dir = at.folder / library
    return measure([*reference, at.data_dir, out_dir, *words])[0]


def section(rows: list[Row]) -> Section:
    """Return what both cost beside ours, for the tables alone and with triage."""
    return Section(
        "The whole job, in pandas and in polars",
        SAID,
        [usage_table(rows, RUN)],
        [bar for case in largest(by_case(rows)) for bar in bars(rows, case)],
        [
            run_profile(f"{size(row['case'])}, a first run takes", row["profile"])
            for row in rows
            if "profile" in row and row["case"] in largest(by_case(rows))
        ],
    )


def bars(rows: list[Row], case: str) -> list[Bar]:
    """Return how many times as slow and as large each library is, at one size."""
    found = []
    for library, (slower, larger) in BARS.items():
        for ours, kind in ((TABLES, "its tables"), (RUN, "and triage")):
            for part, word, limit in (
                ("wall_s", "time", slower),
                ("tree_mb", "memory", larger),
            ):
                quotient = ratio(
                    job(rows, case, f"{library}, {kind}", part),
                    job(rows, case, ours, part),
                )
                what = f"{word} of {library}, {kind} / {ours}, {size(case)}"
                found.append(Bar(what, limit, quotient, is_floor=True, why=WHY[ours]))
    return found

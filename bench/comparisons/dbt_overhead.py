"""A whole `dbt build` beside the same SQL sent straight to DuckDB."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from jobs import build, forget, node_seconds, recorded, replayed, site
from measuring import ROOT, Cases, Plan, Row, Usage, by_size, in_turn, simulated
from words import (
    Bar,
    Section,
    by_case,
    job,
    largest,
    profile_table,
    ratio,
    size,
    usage_table,
)

DBT, STRAIGHT, UNPARSED = "dbt build", "the same SQL", "dbt build, nothing parsed yet"
SAMPLE = "sample"
SAID = """
`dbt build` with every data test, from CSV to marts, compared with the same SQL
statements sent to DuckDB by a script over one connection, with the same settings and in
the same order.
"""


def cases(plan: Plan) -> Cases:
    """Return the sample, for the fixed cost, and every size."""
    sample: Cases = {SAMPLE: lambda: measured(ROOT / "data" / "sample", plan)}
    return sample | by_size(sized, plan, 1_000_000, 10_000_000)


def sized(interactions: int, plan: Plan) -> list[Row]:
    """Measure one size."""
    return measured(simulated(interactions, plan), plan)


def measured(data_dir: Path, plan: Plan) -> list[Row]:
    """Return what both take, and the seconds of every node in both."""
    at = site(data_dir, f"dbt-{data_dir.name}")
    statements = recorded(at)
    straight: dict[str, float] = {}

    def replay() -> Usage:
        usage, seconds = replayed(at, statements)
        straight.update(seconds)
        return usage

    def unparsed() -> Usage:
        (at.target / "partial_parse.msgpack").unlink(missing_ok=True)
        return build(at)

    jobs: dict[str, Callable[[], Usage]] = {STRAIGHT: replay, DBT: partial(build, at)}
    if data_dir.name == SAMPLE:
        jobs[UNPARSED] = unparsed
    rows = in_turn(jobs, plan)
    by_dbt = node_seconds(at)
    names = by_dbt.keys() | straight.keys()
    seconds = {name: (by_dbt.get(name, 0), straight.get(name, 0)) for name in names}
    forget(at.built)
    return [*rows, {"profile": seconds}]


def section(rows: list[Row]) -> Section:
    """Return the ratio at every size, and what dbt costs on next to no data."""
    return Section(
        "dbt, and the same SQL without it",
        SAID + fixed_cost(rows),
        [usage_table(rows, STRAIGHT)],
        [
            Bar(
                f"dbt / the same SQL, {size(case)}",
                1.3,
                ratio(*(job(rows, case, name, "wall_s") for name in (DBT, STRAIGHT))),
            )
            for case in largest(by_case(rows))
        ],
        [
            profile_table(
                f"{size(row['case'])}, the slowest nodes, two at a time by dbt",
                row["profile"],
            )
            for row in rows
            if "profile" in row and row["case"] in largest(by_case(rows))
        ],
    )


def fixed_cost(rows: list[Row]) -> str:
    """Return what dbt adds on the sample, in words."""
    spent = {
        name: job(rows, SAMPLE, name, "wall_s") for name in (DBT, STRAIGHT, UNPARSED)
    }
    if None in spent.values():
        return ""
    whole, sql, first = (spent[name] or 0.0 for name in (DBT, STRAIGHT, UNPARSED))
    return (
        "On the sample, where there is next to nothing to compute, the build takes "
        f"{whole:.1f} s, of which the SQL is {sql:.1f} s: its fixed cost is "
        f"{whole - sql:.1f} s, and {first - whole:.1f} s more where dbt has not parsed "
        "the project yet."
    )

"""What one more day costs, on one, twelve and twenty-four months of history."""

import shutil
from functools import partial
from pathlib import Path
from typing import Any

from jobs import profiled, run, script, site
from measuring import (
    BENCH,
    Cases,
    Plan,
    Row,
    Usage,
    in_turn,
    measure,
    simulated,
    tell,
)
from words import Bar, Section, by_case, job, ratio, run_profile, usage_table

ALL, DAY = "all of it, from nothing", "one more day"
MONTHS = (1, 12, 24)
MONTH_DAYS = 365 / 12
# every history ends on the same day, so that the days that are added are the same
LAST_DAY = 730
WORLD_DAYS = 90
ROWS_A_DAY, MANY_ROWS_A_DAY = 4_000, 68_000
MEMORY_LIMIT = "4GB"
# the knob: decided is on as many days whatever the history; older ones are rollups
WINDOW_DAYS = 30
SAID = """
The history comes in batches, one file per day and table. Then one day is added, and
`llm-telemetry run` runs again, with all tests on what changed and with all decisions.
A day takes the same time however long the history is, but never less than the retained
calls need: these are written, tested and decided on again.
"""


def cases(plan: Plan) -> Cases:
    """Return every length of history, and two years of many rows where asked."""
    # a size is that of the longest history
    asked = [max(1, size // LAST_DAY) for size in plan.sizes[-1:]]
    rows_a_day = min([ROWS_A_DAY, *asked])
    found: Cases = {
        named(months): partial(measured, months, rows_a_day, plan) for months in MONTHS
    }
    if plan.is_full:
        many = partial(measured, max(MONTHS), MANY_ROWS_A_DAY, plan)
        found[f"{named(max(MONTHS))} of many rows"] = many
    return found


def named(months: int) -> str:
    """Return the name of a length of history."""
    return f"{months} months" if months > 1 else "1 month"


def measured(months: int, rows_a_day: int, plan: Plan) -> list[Row]:
    """Return what the history takes, then day after day on top of it."""
    days = round(months * MONTH_DAYS)
    history = batches(days, rows_a_day, plan)
    at = site(history / "data", history.name)
    added = iter(sorted((history / "next").iterdir()))
    knobs: dict[str, Any] = {"WINDOW_DAYS": WINDOW_DAYS}
    if rows_a_day >= MANY_ROWS_A_DAY:
        knobs["LLM_TELEMETRY_MEMORY_LIMIT"] = MEMORY_LIMIT

    def another() -> Usage:
        add(next(added), history / "data")
        return run(at, is_first=False, knobs=knobs)[0]

    tell(f"{days} days of {rows_a_day:,} rows")
    whole = in_turn({ALL: lambda: run(at, knobs=knobs)[0]}, Plan(runs=1))
    rows = in_turn({DAY: another}, plan)
    add(next(added), history / "data")
    found = profiled(at, is_first=False, knobs=knobs)
    size = {"days": days, "rows_a_day": rows_a_day}
    return [
        *({**row, **size} for row in (*whole, *rows)),
        {"profile": found},
    ]


def batches(days: int, rows_a_day: int, plan: Plan) -> Path:
    """Return a folder with a history in `data` and the days that follow in `next`."""
    base_rows = min(rows_a_day, ROWS_A_DAY)
    world = simulated(base_rows * WORLD_DAYS, plan)
    folder = BENCH / f"days-{plan.world}-{rows_a_day}-{plan.seed}-{days}"
    # those that were added by an earlier measurement
    shutil.rmtree(folder, ignore_errors=True)
    numbers = {"first": LAST_DAY - days, "last": LAST_DAY, "next": plan.runs + 1}
    numbers["copies"] = rows_a_day // base_rows
    words = [word for name, n in numbers.items() for word in (f"--{name}", str(n))]
    measure([*script("daily_batches.py"), world, folder, *words])
    return folder


def add(day: Path, data_dir: Path) -> None:
    """Move the files of a day to those of the history."""
    for table in day.iterdir():
        for file in table.iterdir():
            file.rename(data_dir / table.name / file.name)


def section(rows: list[Row]) -> Section:
    """Return whether a day takes the same time however long the history is."""
    month, years = named(min(MONTHS)), named(max(MONTHS))
    many = f"{years} of many rows"
    bars = [Bar(f"a day on {years} / on {month}", 1.3, days_ratio(rows, years, month))]
    if many in by_case(rows):
        whole, day = (job(rows, many, name, "wall_s") for name in (ALL, DAY))
        why = "every run writes and decides on all retained days again"
        quotient = ratio(whole, day)
        bars.append(Bar(f"all / a day, {many}", 30, quotient, is_floor=True, why=why))
    return Section(
        "One more day",
        SAID + f"Knob `window_days` is {WINDOW_DAYS}. {history_sizes(rows)}",
        [usage_table(rows, ALL)],
        bars,
        [
            run_profile(f"A further day on {row['case']} took", row["profile"])
            for row in rows
            if "profile" in row and row["case"] in (month, years, many)
        ],
    )


def days_ratio(rows: list[Row], case: str, other: str) -> float | None:
    """Return the cost of a day in one case as a multiple of that in another."""
    return ratio(*(job(rows, name, DAY, "wall_s") for name in (case, other)))


def history_sizes(rows: list[Row]) -> str:
    """Return how many rows each history has, in words."""
    sizes = {
        case: taken[0]["days"] * taken[0]["rows_a_day"]
        for case, taken in by_case(rows).items()
        if "days" in taken[0]
    }
    said = ", ".join(f"{case} {size:,}" for case, size in sizes.items())
    limited = any(size >= MANY_ROWS_A_DAY * LAST_DAY for size in sizes.values())
    limit = f"; the last under `memory_limit = {MEMORY_LIMIT}`" if limited else ""
    return f"Rows: {said}{limit}."

"""Telemetry in batches, a file a day and table, made of one simulated world.

`daily_batches.py WORLD FOLDER --first 0 --last 365 --next 3`: the days of the world
follow each other again and again under new ids. `FOLDER/data` holds the history, each
folder of `FOLDER/next` one of the days after it. A session stands in the batch of the
day it began, a user in those of all days with a session, with the totals so far.
"""

import argparse
from datetime import date, timedelta
from pathlib import Path

import duckdb

HERE = Path(__file__).parent
BEGIN = date(2025, 2, 1)
WORLD_DAYS = 90
# two years of days end soon after the world begins, and none is ever in the future
EARLIER_DAYS = 8 * WORLD_DAYS
STEM = "llm_system_"
TABLES = {
    "interactions": "calls",
    "sessions_summary": "sessions",
    "users_summary": "users_by_day",
}


def main() -> None:
    """Write every day."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("world", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--first", type=int, default=0, help="day, from the begin")
    parser.add_argument("--last", type=int, required=True, help="day it ends before")
    parser.add_argument("--next", type=int, default=0, help="days beyond the last")
    parser.add_argument("--copies", type=int, default=1, help="of every row of a day")
    options = parser.parse_args()
    end = options.last + options.next
    with duckdb.connect(config={"threads": 2}) as connection:
        load(connection, options.world, options.first, end)
        for day in range(options.first, end):
            is_next = day >= options.last
            place = f"next/{day:04}" if is_next else "data"
            write_day(connection, day, options.folder / place, options.copies)


def load(
    connection: duckdb.DuckDBPyConnection, world: Path, first: int, end: int
) -> None:
    """Read the world, and add up each user's days from the first to the end."""
    names = {
        "begin": BEGIN,
        "world_days": WORLD_DAYS,
        "earlier_days": EARLIER_DAYS,
        "first_day": first,
        "end_day": end,
    }
    for name, value in names.items():
        connection.execute(f"set variable {name} = ?", [value])
    for table in ("interactions", "sessions_summary"):
        file = world / f"{STEM}{table}.csv"
        connection.execute(
            f"create table {table} as from read_csv('{file}', all_varchar = true)"
        )
    connection.execute((HERE / "daily_batches.sql").read_text())


def write_day(
    connection: duckdb.DuckDBPyConnection, day: int, folder: Path, copies: int
) -> None:
    """Write the three batches of a day, in the order of the ids."""
    name = BEGIN + timedelta(days=day - EARLIER_DAYS)
    for table, macro in TABLES.items():
        place = folder / f"{STEM}{table}"
        place.mkdir(parents=True, exist_ok=True)
        connection.execute(
            f"copy (from {macro}({day}, {copies}) order by all) "
            f"to '{place}/{name}.csv' (format csv, header true)"
        )


if __name__ == "__main__":
    main()

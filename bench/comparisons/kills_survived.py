"""Runs and publishes that are killed at random moments."""

import json

from jobs import script
from measuring import Cases, Plan, Row, measure
from words import Bar, Section, table

KILLS = 50
SAID = """
`kill -9` at random moments of runs and of publishes to PostgreSQL. After each one, the
last good marts and the last good bundle are complete, and the next run succeeds without
help. The first loss would end the test.
"""


def cases(plan: Plan) -> Cases:
    """Return the one case."""
    return {"kills": measured}


def measured() -> list[Row]:
    """Return what bench/kills.py counted; it fails at the first thing that is lost."""
    _, said = measure([*script("kills.py"), "--json"])
    return [
        {"moment": moment, "kills": kills} for moment, kills in json.loads(said).items()
    ]


def section(rows: list[Row]) -> Section:
    """Return how often it was killed, and when."""
    lines = [[row["moment"], str(row["kills"])] for row in rows]
    return Section(
        "Killed at any moment",
        SAID,
        [table(["when", "killed"], lines)],
        [
            Bar(
                "kills with nothing lost",
                KILLS,
                sum(row["kills"] for row in rows),
                "",
                is_floor=True,
            )
        ],
    )

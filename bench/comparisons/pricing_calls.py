"""Calls that are priced from the price book."""

import json

from jobs import script
from measuring import Cases, Plan, Row, measure
from words import Section, figure, table

CALLS = 1_000_000
SAID = """
Calls of every model of five providers over two years, cached and reasoning tokens
included.
"""


def cases(plan: Plan) -> Cases:
    """Return the one case."""
    return {"calls": lambda: measured(min([CALLS, *plan.sizes]), plan)}


def measured(calls: int, plan: Plan) -> list[Row]:
    """Return the seconds with and without a cost that is logged."""
    words = ["--calls", str(calls), "--runs", str(plan.runs), "--json"]
    _, said = measure([*script("pricing.py"), *words])
    rows: list[Row] = json.loads(said)
    return rows


def section(rows: list[Row]) -> Section:
    """Return what the price book takes."""
    parts = ("matching_s", "pricing_s", "reading_s")
    lines = [
        [row["kind"], f"{row['calls']:,}", *(figure(row[part]) for part in parts)]
        for row in rows
    ]
    head = ["", "calls", "match models, s", "read and price, s", "read alone, s"]
    return Section(
        "The price book",
        SAID,
        [table(head, lines)],
    )

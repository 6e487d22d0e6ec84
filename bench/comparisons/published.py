"""What publishing takes, and what those who read meanwhile see of it."""

import json
from statistics import median

from jobs import script
from measuring import Cases, Plan, Row, by_size, measure
from words import Bar, Section, figure, size, table

READERS = {
    "reader": "`llm_telemetry.warehouse.reader`",
    "duckdb": "a new connection each time",
}
PUBLISHES = 100
SAID = """
From the end of dbt to the file that readers open: the fitted scores are added, every
contract and test is checked, the file is synced and renamed. Then two builds replace
each other again and again while two processes read.
"""


def cases(plan: Plan) -> Cases:
    """Return every size for the seconds, and one case for the readers."""
    return by_size(costs, plan, 1_000_000, 10_000_000) | {"readers": readers}


def costs(interactions: int, plan: Plan) -> list[Row]:
    """Return the medians of what the end of a run takes at a size."""
    found: list[Row] = []
    for _ in range(plan.runs):
        found += told("--costs-only", "--sizes", str(interactions))
    return [{part: median(row[part] for row in found) for part in found[0]}]


def readers() -> list[Row]:
    """Return what the readers met."""
    return told("--readers-only", "--publishes", str(PUBLISHES))


def told(*words: str) -> list[Row]:
    """Return the rows that bench/publishing.py prints."""
    _, said = measure([*script("publishing.py"), *words, "--json"])
    rows: list[Row] = json.loads(said)
    return rows


def section(rows: list[Row]) -> Section:
    """Return the seconds per GB, and that nobody met an error or two builds at once."""
    costs = [row for row in rows if "seconds_per_gb" in row]
    met = [row for row in rows if "reader" in row]
    head = ["interactions", "complete and audit, s", "publish, s", "MB", "s per GB"]
    lines = [
        [
            size(row["case"]),
            *(figure(row[part]) for part in ("seal_s", "publish_s")),
            f"{row['megabytes']:,.0f}",
            figure(row["seconds_per_gb"]),
        ]
        for row in costs
    ]
    reads = [
        [
            READERS[row["reader"]],
            f"{row['reads']:,}",
            str(row["errors"]),
            str(row["mixed"]),
        ]
        for row in met
    ]
    found = {
        what: sum(row[what] for row in met) if met else None
        for what in ("errors", "mixed")
    }
    return Section(
        "Publishing",
        SAID,
        [table(head, lines), table(["who reads", "reads", "errors", "mixed"], reads)],
        [
            Bar(f"errors of readers in {PUBLISHES} publishes", 0, found["errors"], ""),
            Bar(f"reads of two builds in {PUBLISHES} publishes", 0, found["mixed"], ""),
        ],
    )

"""OpenTelemetry spans on the way to interactions."""

import json

from jobs import script
from measuring import Cases, Plan, Row, measure
from words import Bar, Section, figure, table

SPANS = 1_000_000


def cases(plan: Plan) -> Cases:
    """Return the one case."""
    return {"spans": lambda: measured(min([SPANS, *plan.sizes]))}


def measured(spans: int) -> list[Row]:
    """Return the seconds of every step."""
    _, said = measure([*script("otlp_spans.py"), "--spans", str(spans), "--json"])
    return [{"spans": spans, **row} for row in json.loads(said)]


def section(rows: list[Row]) -> Section:
    """Return how many times the least the steps take."""
    least, *steps = rows
    wall, cpu = (
        sum(row[part] for row in steps) / least[part] for part in ("wall_s", "cpu_s")
    )
    lines = [[row["step"], figure(row["wall_s"]), figure(row["cpu_s"])] for row in rows]
    return Section(
        "OpenTelemetry spans",
        f"{least['spans']:,} spans in OTLP/JSON to interactions take {wall:.1f} times "
        f"as long, and {cpu:.1f} times the CPU, of counting them by "
        "`read_json_objects` and one unnest.",
        [table(["step", "wall s", "CPU s"], lines)],
        [
            Bar(
                f"CPU of {least['spans']:,} spans to interactions / of counting them",
                4,
                cpu,
                why="`deliveries` types and parses every attribute, and looks up each "
                "field under each of its names; the others decide what is one call",
            )
        ],
    )

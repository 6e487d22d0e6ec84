"""Calls of an app whose telemetry is captured."""

import json

from jobs import script
from measuring import Cases, Plan, Row, measure
from words import Section


def cases(plan: Plan) -> Cases:
    """Return the one case."""
    return {"calls": measured}


def measured() -> list[Row]:
    """Return the medians of a call, and of what capture adds."""
    _, said = measure([*script("capture_overhead.py"), "--json"])
    return [json.loads(said)]


def section(rows: list[Row]) -> Section:
    """Return what capture adds to a call."""
    (row,) = rows
    added, cpu, plain = (
        row[part] / 1e3 for part in ("added_wall_us", "added_cpu_us", "plain_cpu_us")
    )
    return Section(
        "Capture",
        f"Capturing a call from inside an app adds {added:.2f} ms to it, and {cpu:.2f} "
        "ms of CPU, with its content left out; the client alone takes "
        f"{plain:.2f} ms of CPU. Medians over {row['calls']:,} calls of each kind "
        f"against a local server.{counting(row)}",
    )


def counting(row: Row) -> str:
    """Return what metrics add to that, where it was measured."""
    if "metrics_cpu_us" not in row:
        return ""
    wall, cpu = row["metrics_wall_us"] / 1e3, row["metrics_cpu_us"] / 1e3
    return (
        " Metrics of the call, for an endpoint and a window of recent calls, add "
        f"another {wall:.2f} ms, and {cpu:.2f} ms of CPU."
    )

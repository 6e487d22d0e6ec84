"""The dashboard at a million calls, and while its warehouse is replaced."""

import json
from functools import partial
from pathlib import Path

from jobs import HERE, RUN_CODES
from measuring import BENCH, CLI, ROOT, Cases, Plan, Row, measure, simulated
from words import Bar, Section, figure, table

PAGE = "dashboard.md"
CALLS = 1_000_000
# streamlit is in no other environment
PYTHON = ROOT / ".venv-dashboard" / "bin" / "python"
SAID = """
A real Chromium opens every page of a warehouse of a million calls, on the same machine
as the server. Cold is the first time that the server reads what the page shows, warm
the median of three more, each a new session. A filter is the choice of a model, until
nothing is being drawn any more; each is a new query. The memory is that of the server
with six pages open. Four readers read pages of three queries while a file is replaced a
hundred times.
"""


def cases(plan: Plan) -> Cases:
    """Return the one case."""
    return {str(CALLS): partial(measured, plan)}


def measured(plan: Plan) -> list[Row]:
    """Return what the pages take."""
    folder = BENCH / "dashboard"
    places: list[str | Path] = ["--warehouse", folder / "w.duckdb"]
    places += ["--out-dir", folder / "artifacts"]
    if not (folder / "w.duckdb").exists():
        data_dir = simulated(CALLS, plan)
        run = [*CLI, "run", "--quiet", "--data-dir", data_dir, *places]
        measure(run, codes=RUN_CODES)
    _, said = measure([PYTHON, HERE / "dashboard_pages.py", *places])
    return [json.loads(said.splitlines()[-1])]


def section(rows: list[Row]) -> Section:
    """Return what the pages take, against the targets."""
    (row,) = rows
    pages, filters = row["pages"], row["filters"]
    bars = [
        Bar("first chart of the slowest page, warm", 3, slowest(pages), " s"),
        Bar("filter to repaint, slowest page", 1, max(filters.values()), " s"),
        Bar("memory with six sessions", 400, row["sessions_mb"], " MB"),
        Bar("errors of readers in 100 replacements", 0, row["errors"], ""),
        Bar("pages of two builds in 100 replacements", 0, row["mixed"], ""),
    ]
    lines = [
        [
            name,
            *(figure(found[part]) for part in ("cold_s", "warm_s", "warm_whole_s")),
            figure(filters[name]) if name in filters else "",
        ]
        for name, found in pages.items()
    ]
    head = ["page", "cold, s", "warm, s", "all of it, warm, s", "filter, s"]
    return Section("Dashboard", SAID, [table(head, lines)], bars)


def slowest(pages: dict[str, dict[str, float]]) -> float:
    """Return the seconds of the page whose first chart comes last."""
    return max(found["warm_s"] for found in pages.values())

"""What it takes to decide again, and to score every call by the scorecard in SQL."""

import json
from functools import partial

from jobs import build, decide, run, script, site
from measuring import Cases, Plan, Row, by_size, in_turn, measure, simulated
from words import Section, by_case, figure, size, table

DECIDE, SCORE = "llm-telemetry decide", "scores of marts.triage_scores"
SAID = """
`llm-telemetry decide` on marts that exist already, and `marts.triage_scores`, the view
that adds up the fitted scorecard for every call: seconds of one query that reads every
score.
"""


def cases(plan: Plan) -> Cases:
    """Return every size, and one that is small."""
    return by_size(measured, plan, 100_000, 1_000_000, 10_000_000)


def measured(interactions: int, plan: Plan) -> list[Row]:
    """Return what both take, from marts that are there or are built first."""
    data_dir = simulated(interactions, plan)
    at = site(data_dir, f"ours-{data_dir.name}")
    if not at.warehouse.is_file() or not at.out_dir.is_dir():
        run(at)
    if not at.built.is_file():
        build(at)
    # the view is a table where it is published: here it reads what was fitted
    build(at, select="triage_scorecard", scorecard=at.scorecard)
    scored: list[Row] = []
    for _ in range(plan.runs):
        _, said = measure([*script("scored.py"), at.built])
        scored.append(json.loads(said))
    seconds = sorted(one["seconds"] for one in scored)
    middle = {"job": SCORE, "wall_s": seconds[len(seconds) // 2], **scored[0]}
    return [*in_turn({DECIDE: partial(decide, at)}, plan), middle | {"runs": plan.runs}]


def section(rows: list[Row]) -> Section:
    """Return the seconds and memory of deciding, and of scoring a million calls."""
    lines = []
    for case, taken in by_case(rows).items():
        found = {row["job"]: row for row in taken}
        decided, scored = found[DECIDE], found[SCORE]
        lines.append(
            [
                size(case),
                figure(decided["wall_s"]),
                figure(decided["cpu_s"]),
                f"{decided['peak_mb']:,.0f}",
                f"{scored['rows']:,}",
                figure(scored["wall_s"] / scored["rows"] * 1e6),
            ]
        )
    head = ["interactions", "decide, s", "CPU s", "MB", "scored", "s per million"]
    return Section(
        "Deciding, and scoring in SQL",
        SAID,
        [table(head, lines)],
    )

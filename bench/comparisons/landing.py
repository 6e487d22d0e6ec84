"""From CSV to typed, landed Parquet, beside the least that typing a CSV takes."""

import csv
import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from jobs import Site, build, forget, replayed, script, site
from measuring import Cases, Plan, Row, Usage, by_size, in_turn, simulated
from words import Bar, Section, by_case, job, profile_table, ratio, size, usage_table

LANDED, LEAST = "typed, checked, landed", "typed aggregate over read_csv"
MODEL = "+stg_telemetry_csv__interactions"
FILE = "llm_system_interactions.csv"
WRITTEN = ("use_tmp_file", "landing_check")
SUMMED = {
    "latency_ms",
    "prompt_tokens",
    "completion_tokens",
    "total_tokens",
    "tokens_per_second",
    "cost_usd",
    "tool_calls_count",
    "temperature",
    "top_p",
    "max_tokens",
    "retry_index",
    "response_quality_score",
    "user_feedback_score",
}
SAID = """
From the CSV of the interactions to typed Parquet, as the staging model lands it: every
value is cast, values that cannot be cast are set aside, and the file is compressed. It
is compared with the least work possible: a sum or a count of every column over
`read_csv`, with the types that it detects. Seconds are those within DuckDB.
"""


def cases(plan: Plan) -> Cases:
    """Return every size."""
    return by_size(measured, plan, 1_000_000, 10_000_000)


def measured(interactions: int, plan: Plan) -> list[Row]:
    """Return what both take within DuckDB, and where landing spends its time."""
    data_dir = simulated(interactions, plan)
    at = site(data_dir, f"landing-{data_dir.name}")
    recording = at.folder / "staging.jsonl"
    forget(at.built)
    build(at, dbt=[*script("recorded_dbt.py"), recording], select=MODEL)
    first, *rest = map(json.loads, recording.read_text().splitlines())
    # the other tables land in the same model
    landing = [
        line
        for line in rest
        if Path(FILE).stem in line["sql"]
        and any(word in line["sql"] for word in WRITTEN)
    ]
    profile = at.folder / "landing_profile.json"
    watched = [
        statement("set enable_profiling = 'json'"),
        statement(f"set profiling_output = '{profile}'"),
        # the rows; what comes after them is small
        *landing[:1],
    ]
    files = {
        LANDED: written(at, "landing", [first, *landing]),
        LEAST: written(at, "least", [first, statement(aggregate(at.data_dir / FILE))]),
        "profile": written(at, "profile", [first, *watched]),
    }
    rows = in_turn(
        {name: partial(inside, at, files[name]) for name in (LANDED, LEAST)}, plan
    )
    replayed(at, files["profile"])
    seconds: dict[str, float] = {}
    add_operators(json.loads(profile.read_text())["operator"], seconds)
    forget(at.built)
    return [*rows, {"profile": {name: [took] for name, took in seconds.items()}}]


def statement(sql: str) -> Row:
    """Return a statement as a recording holds it."""
    return {"node": "", "sql": sql, "values": None}


def aggregate(file: Path) -> str:
    """Return the query that types every value of a CSV and keeps none."""
    with file.open(newline="", encoding="utf-8") as lines:
        names = next(csv.reader(lines))
    found = [f"{'sum' if name in SUMMED else 'count'}({name})" for name in names]
    return f"select {', '.join(found)} from read_csv('{file}')"


def written(at: Site, name: str, lines: list[Row]) -> Path:
    """Write statements to be replayed; return their file."""
    file = at.folder / f"{name}.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return file


def inside(at: Site, statements: Path) -> Usage:
    """Return the usage with the seconds of the statements alone as its wall time."""
    usage, seconds = replayed(at, statements)
    return replace(usage, wall_s=sum(seconds.values()))


def add_operators(nodes: list[dict[str, Any]], seconds: dict[str, float]) -> None:
    """Add up the seconds of each kind of operator of a query, over all threads."""
    for node in nodes:
        kind = node["type"].strip()
        seconds[kind] = seconds.get(kind, 0.0) + node["timing"]
        add_operators(node.get("children", []), seconds)


def section(rows: list[Row]) -> Section:
    """Return the ratio at every size."""
    return Section(
        "Landing",
        SAID,
        [usage_table(rows, LEAST)],
        [
            Bar(
                f"landed / typed aggregate, {size(case)}",
                3,
                ratio(*(job(rows, case, name, "wall_s") for name in (LANDED, LEAST))),
                why="landing also checks every value, sets aside what cannot be cast, "
                "and writes compressed Parquet",
            )
            for case in by_case(rows)
        ],
        [
            profile_table(
                f"{size(row['case'])}, seconds of DuckDB's operators over all threads",
                row["profile"],
            )
            for row in rows
            if "profile" in row
        ],
    )

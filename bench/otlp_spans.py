"""Time OTLP spans on the way to interactions, beside the least that reading them takes.

The least is `count(*)` over read_json_objects plus one unnest of the same files.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
from otlp_generator import write_spans

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "target" / "bench" / "otlp"
SPANS_PATH = "$.resourceSpans[*].scopeSpans[*].spans[*]"
SEEDS = "+stg_otlp__interactions,resource_type:seed"
Times = dict[str, tuple[float, float]]


def main() -> None:
    """Write the spans where they are absent, time both, and print each step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spans", type=int, default=1_000_000)
    parser.add_argument("--files", type=int, default=8)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    times = measured(options.spans, options.files, options.threads)
    if options.json:
        steps = [
            {"step": step, "wall_s": wall_s, "cpu_s": cpu_s}
            for step, (wall_s, cpu_s) in times.items()
        ]
        print(json.dumps(steps))
        return
    for step, (wall_s, cpu_s) in times.items():
        print(f"{step:<18} {wall_s:6.2f} s wall  {cpu_s:6.2f} s CPU")
    wall, cpu = ratio(times)
    print(f"interactions take {wall:.2f} times the wall, {cpu:.2f} times the CPU")
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{peak_kb / 1e6:.2f} GB of memory at most")


def measured(spans: int, files: int, threads: int) -> Times:
    """Return wall and CPU seconds of reading alone and of every staging model."""
    folder = FOLDER / f"{spans}"
    if not any(folder.glob("*.jsonl")):
        write_spans(folder, spans, files)
    warehouse = folder / "bench.duckdb"
    warehouse.unlink(missing_ok=True)
    models = compiled(folder, warehouse)
    with duckdb.connect(str(warehouse), config={"threads": threads}) as connection:
        # as in profiles.yml
        connection.execute("set memory_limit = '80%'")
        connection.execute("set preserve_insertion_order = false")
        connection.execute("create schema if not exists staging")
        times = {"reading alone": timed(connection, reading(folder))}
        for name, sql, kind in models:
            statement = f"create or replace {kind} staging.{name} as {sql}"
            times[name.removeprefix("stg_otlp__")] = timed(connection, statement)
    return times


def reading(folder: Path) -> str:
    """Return the query that everything is compared with."""
    return f"""
        select count(*)
        from (
            select unnest(json_extract(json, '{SPANS_PATH}'))
            from read_json_objects('{folder}/*.jsonl', format = 'newline_delimited')
        )
    """


def compiled(folder: Path, warehouse: Path) -> list[tuple[str, str, str]]:
    """Return name, SQL and kind of the models up to interactions, parents first."""
    target = folder.with_name(f"{folder.name}-target")
    command = [
        *(sys.executable, "-c", "from dbt.cli.main import cli; cli()"),
        *("--quiet", "build", "--select", SEEDS),
        *("--project-dir", str(ROOT), "--profiles-dir", str(ROOT)),
        *("--target-path", str(target), "--log-path", str(target)),
    ]
    places = {"LLMOPS_DATA_DIR": folder, "LLM_TELEMETRY_WAREHOUSE": warehouse}
    places |= {"SOURCES": "otlp", "DO_NOT_TRACK": 1}
    environment = os.environ | {name: str(place) for name, place in places.items()}
    subprocess.run(command, check=True, cwd=ROOT, env=environment)
    command[command.index("build")] = "compile"
    command[command.index(SEEDS)] = "+stg_otlp__interactions"
    subprocess.run(
        command, check=True, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    nodes = json.loads((target / "manifest.json").read_text())["nodes"]
    return in_order(
        {
            key: node
            for key, node in nodes.items()
            if node["name"].startswith("stg_otlp__") and node.get("compiled_code")
        }
    )


def in_order(nodes: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return the models so that each stands behind those it reads."""
    done: list[str] = []
    while len(done) < len(nodes):
        done += [
            key
            for key, node in nodes.items()
            if key not in done
            and all(p in done or p not in nodes for p in node["depends_on"]["nodes"])
        ]
    return [
        (nodes[key]["name"], nodes[key]["compiled_code"], kind)
        for key in done
        if (kind := nodes[key]["config"]["materialized"]) != "ephemeral"
    ]


def timed(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[float, float]:
    """Return wall and CPU seconds of a statement."""
    before, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    connection.execute(sql).fetchall()
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def ratio(times: Times) -> tuple[float, float]:
    """Return how many times the wall and CPU seconds of reading alone all take."""
    read = times["reading alone"]
    rest = [seconds for step, seconds in times.items() if step != "reading alone"]
    wall, cpu = (sum(part) for part in zip(*rest, strict=True))
    return wall / read[0], cpu / read[1]


if __name__ == "__main__":
    main()

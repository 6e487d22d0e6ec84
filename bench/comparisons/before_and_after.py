"""The same jobs with the code of an earlier commit, in alternating pairs."""

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from jobs import DBT, RUN_CODES, forget, script
from measuring import (
    BENCH,
    CLI,
    ROOT,
    Cases,
    Plan,
    Row,
    Usage,
    measure,
    simulated,
    tell,
)
from words import Bar, Section, figure, size, table

BEFORE = "60516c5"
PAGE = "before-and-after.md"
SAMPLE = "the sample"
RUN, AGAIN, DECIDE = "llm-telemetry run", "llm-telemetry run, second", "decide"
BUILD = "dbt build, with unit tests"
POLARS = "polars: the reference's tables, its triage, our slices"
SAID = f"""
Each job ran with commit {BEFORE} and with this one in turn, on the same telemetry. CPU
seconds are user and system time of all processes, and a ratio is the median of the
pairs' ratios. The second run has the landed files and the decision ledger of a first
one. `dbt build` is the whole project with its unit tests, as CI runs it. Memory is that
of all processes of a job at one moment. The published file is that of `run`.
"""
# of the CPU seconds, by case and job
CPU_BARS = {
    (SAMPLE, AGAIN): 0.5,
    (SAMPLE, BUILD): 0.5,
    ("1000000", RUN): 0.5,
    ("1000000", DECIDE): 0.6,
    ("10000000", RUN): 0.5,
}
WHY = {
    AGAIN: "models, and a report, have come since, see below",
    BUILD: "most of the time is dbt's own work per node, see below",
    RUN: "the time is spread over many models, see below",
    DECIDE: "the time is in the statistical fits, see below",
}
MORE = "a run also computes intervals, tests and decisions, the polars job does not"
Measured = Callable[[], tuple[Usage, Row]]


def cases(plan: Plan) -> Cases:
    """Return the sample and every size."""
    sizes = plan.sizes or (1_000_000, 10_000_000)
    found: Cases = {} if plan.sizes else {SAMPLE: partial(on_the_sample, plan)}
    for interactions in sizes:
        found[str(interactions)] = partial(at_size, interactions, plan)
    return found


def on_the_sample(plan: Plan) -> list[Row]:
    """Return what a second run and a whole `dbt build` take on the sample."""
    data_dir = ROOT / "data" / "sample"
    sides = {name: Side(name, data_dir, SAMPLE) for name in ("before", "after")}
    for side in sides.values():
        side.parse()
        side.build()
    jobs = {AGAIN: lambda side: side.run_twice(), BUILD: lambda side: side.build()}
    return [paired(name, job, sides, plan) for name, job in jobs.items()]


def at_size(interactions: int, plan: Plan) -> list[Row]:
    """Return what a first run and a decision take, and what polars takes."""
    data_dir = simulated(interactions, plan)
    sides = {
        name: Side(name, data_dir, str(interactions)) for name in ("before", "after")
    }
    for side in sides.values():
        side.parse()
    jobs: dict[str, Callable[[Side], tuple[Usage, Row]]] = {
        RUN: lambda side: side.run(),
        DECIDE: lambda side: side.decide(),
    }
    rows = [paired(name, job, sides, plan) for name, job in jobs.items()]
    out_dir = BENCH / "sites" / f"polars-{data_dir.name}"
    polars = [*script("reference_polars.py"), data_dir, out_dir, "--lattice"]
    taken = [measure(polars)[0] for _ in range(plan.runs)]
    return [*rows, {"job": POLARS, "after": medians(taken), "runs": len(taken)}]


class Side:
    """The code of one commit, and where it builds and writes.

    Parameters
    ----------
    name
        ``before`` for the code of ``BEFORE``, ``after`` for the code that runs this.
    data_dir
        The telemetry.
    case
        A name for the folder to write in.
    """

    def __init__(self, name: str, data_dir: Path, case: str) -> None:
        self.project = checked_out(BEFORE) if name == "before" else ROOT
        self.folder = BENCH / "sites" / f"{name}-{case.replace(' ', '-')}"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.data_dir = data_dir
        self.warehouse = self.folder / "published.duckdb"
        self.built = self.folder / "built.duckdb"
        self.environment: dict[str, Any] = {
            "PYTHONPATH": self.project / "python",
            "DBT_PROJECT_DIR": self.project,
        }

    def run_twice(self) -> tuple[Usage, Row]:
        """Run the whole job twice, and return what the second run took."""
        self.run()
        return self.run(again=True)

    def run(self, *, again: bool = False) -> tuple[Usage, Row]:
        """Run the whole job, from nothing unless it is run again."""
        if not again:
            forget(self.warehouse)
            shutil.rmtree(self.folder / "artifacts", ignore_errors=True)
        command = [*CLI, "run", "--quiet", "--data-dir", self.data_dir]
        command += ["--out-dir", self.folder / "artifacts"]
        command += ["--warehouse", self.warehouse]
        usage, _ = measure(command, self.environment, codes=RUN_CODES)
        return usage, {"bytes": self.warehouse.stat().st_size}

    def decide(self) -> tuple[Usage, Row]:
        """Decide from the warehouse of the last run."""
        command = [*CLI, "decide", "--quiet", "--warehouse", self.warehouse]
        command += ["--out-dir", self.folder / "again"]
        return measure(command, self.environment, codes=RUN_CODES)[0], {}

    def build(self) -> tuple[Usage, Row]:
        """Build the whole project with its tests, and count the lines printed."""
        forget(self.built)
        usage, printed = measure(
            [*DBT, "build", *self.places()], self.dbt_environment()
        )
        return usage, {"lines": len(printed.splitlines())}

    def parse(self) -> None:
        """Have dbt parse the project, so that a timed run does not."""
        tiny = ROOT / "data" / "sample"
        place = self.folder / "parsed.duckdb"
        command = [*CLI, "validate", "--quiet", "--data-dir", tiny]
        measure(command, self.environment)
        forget(place)

    def places(self) -> list[str | Path]:
        """Return the arguments that tell dbt where everything is."""
        target = self.folder / "dbt"
        return [
            *("--project-dir", self.project, "--profiles-dir", self.project),
            *("--target-path", target, "--log-path", target),
        ]

    def dbt_environment(self) -> dict[str, Any]:
        """Return the environment of a plain `dbt build`."""
        return self.environment | {
            "LLMOPS_DATA_DIR": self.data_dir,
            "LLM_TELEMETRY_WAREHOUSE": self.built,
        }


def checked_out(commit: str) -> Path:
    """Return a folder with the files of a commit, made once."""
    folder = BENCH / f"commit-{commit}"
    if not folder.is_dir():
        partial_folder = folder.with_suffix(".partial")
        shutil.rmtree(partial_folder, ignore_errors=True)
        partial_folder.mkdir(parents=True)
        archive = subprocess.Popen(
            ["git", "archive", commit], cwd=ROOT, stdout=subprocess.PIPE
        )
        subprocess.run(
            ["tar", "-x", "-C", partial_folder], stdin=archive.stdout, check=True
        )
        if archive.wait():
            raise RuntimeError(f"git archive {commit}: exit {archive.returncode}")
        os.replace(partial_folder, folder)
    return folder


def paired(
    name: str,
    job: Callable[[Side], tuple[Usage, Row]],
    sides: dict[str, Side],
    plan: Plan,
) -> Row:
    """Return the medians of both sides, and the median ratio of the pairs."""
    taken: dict[str, list[Usage]] = {side: [] for side in sides}
    found: dict[str, Row] = {}
    for _ in range(plan.runs):
        for side_name, side in sides.items():
            tell(f"{name}, {side_name}")
            usage, facts = job(side)
            taken[side_name].append(usage)
            found[side_name] = facts
        if sum(usage.wall_s for usage in taken["before"]) > plan.patience_s:
            break
    pairs = list(zip(taken["after"], taken["before"], strict=True))
    return {
        "job": name,
        **{side: medians(taken[side]) | found[side] for side in sides},
        "cpu_ratio": median(after.cpu_s / before.cpu_s for after, before in pairs),
        "runs": len(pairs),
    }


def medians(taken: list[Usage]) -> Row:
    """Return the median of each figure."""
    rows = [asdict(usage) for usage in taken]
    return {part: median(row[part] for row in rows) for part in rows[0]}


def section(rows: list[Row]) -> Section:
    """Return both commits side by side, with the targets."""
    head = ["", "job", "CPU s before", "after", "ratio", "wall s before", "after"]
    head += ["MB before", "after", "pairs"]
    return Section(
        f"Before and after: commit {BEFORE} and this one",
        SAID,
        [table(head, map(cells, rows))],
        [bar for row in rows for bar in bars(row, rows)],
    )


def cells(row: Row) -> list[str]:
    """Return one line of the table; polars has no side before."""
    before, after = row.get("before"), row["after"]
    line = [size(row["case"]), row["job"]]
    for part in ("cpu_s", "wall_s", "tree_mb"):
        line += [figure(before[part]) if before else "", figure(after[part])]
        if part == "cpu_s":
            line.append(f"{row['cpu_ratio']:.2f}" if before else "")
    return [*line, str(row["runs"])]


def bars(row: Row, rows: list[Row]) -> list[Bar]:
    """Return the targets of one job."""
    case, name, after = row["case"], row["job"], row["after"]
    found = []
    what = f"{size(case)}, {name}"
    if limit := CPU_BARS.get((case, name)):
        found.append(
            Bar(f"{what}: CPU after / before", limit, row["cpu_ratio"], why=WHY[name])
        )
    if name == BUILD:
        found.append(Bar(f"{what}: lines printed", 60, after["lines"], unit=""))
    if name == RUN and case == "1000000":
        found.append(Bar(f"{what}: memory", 900, after["tree_mb"], unit=" MB"))
    if name == RUN and "bytes" in after:
        quotient = after["bytes"] / row["before"]["bytes"]
        found.append(Bar(f"{what}: bytes published after / before", 0.6, quotient))
    polars = next(
        (one["after"] for one in rows if one["case"] == case and one["job"] == POLARS),
        None,
    )
    if name == RUN and polars:
        for part, word, limit in (
            ("cpu_s", "CPU", 1.0),
            ("wall_s", "time", 1.0),
            ("tree_mb", "memory", 0.5),
        ):
            quotient = after[part] / polars[part]
            found.append(
                Bar(f"{what}: {word} after / polars", limit, quotient, why=MORE)
            )
    return found

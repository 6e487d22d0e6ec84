"""The jobs that several comparisons time: our builds and runs, and what they leave."""

import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measuring import BENCH, CLI, ROOT, Row, Usage, measure

HERE = Path(__file__).parent

DBT: list[str | Path] = [sys.executable, "-c", "from dbt.cli.main import cli; cli()"]
# a run decides whether or not a gate blocks what it decided
RUN_CODES = (0, 1)


def script(name: str) -> list[str]:
    """Return the command of a script of the benchmark."""
    return [sys.executable, str(HERE / name)]


@dataclass(frozen=True)
class Site:
    """Where the builds and runs on one folder of telemetry write."""

    data_dir: Path
    folder: Path

    @property
    def warehouse(self) -> Path:
        """Return the file that `run` publishes."""
        return self.folder / "published.duckdb"

    @property
    def built(self) -> Path:
        """Return the file that `dbt build` leaves, with every view."""
        return self.folder / "built.duckdb"

    @property
    def landed(self) -> Path:
        """Return the folder of what `dbt build` lands."""
        return self.folder / f".landed.{self.built.name}"

    @property
    def out_dir(self) -> Path:
        """Return the folder of the bundle."""
        return self.folder / "artifacts"

    @property
    def target(self) -> Path:
        """Return the folder where dbt keeps what it parsed and compiled."""
        return self.folder / "dbt"

    @property
    def scorecard(self) -> Path:
        """Return the file of the failure model that a run fitted."""
        return self.out_dir / "triage_scorecard.csv"

    def environment(self, scorecard: Path | str = "") -> dict[str, Any]:
        """Return how DuckDB is set, the same for all: as `llm-telemetry run` does."""
        return {
            "LLMOPS_DATA_DIR": self.data_dir,
            "LLM_TELEMETRY_WAREHOUSE": self.built,
            "LLM_TELEMETRY_SCORECARD": scorecard,
            "LLM_TELEMETRY_LEDGER": self.folder / "no_ledger.jsonl",
            "LLM_TELEMETRY_THREADS": os.cpu_count() or 1,
            "LLM_TELEMETRY_MEMORY_LIMIT": memory_limit(self.data_dir),
        }


def site(data_dir: Path, name: str) -> Site:
    """Return where to write, a folder that is there."""
    folder = BENCH / "sites" / name
    folder.mkdir(parents=True, exist_ok=True)
    return Site(data_dir, folder)


def memory_limit(data_dir: Path) -> str:
    """Return what DuckDB may use."""
    if asked := os.environ.get("LLM_TELEMETRY_MEMORY_LIMIT"):
        return asked
    read = sum(file.stat().st_size for file in data_dir.rglob("llm_system_*.csv"))
    return f"{max(600, 3 * read // 2_000_000)}MB"


def build(
    at: Site,
    *,
    dbt: Sequence[str | Path] = DBT,
    select: str = "",
    scorecard: Path | str = "",
) -> Usage:
    """Build with dbt, all from nothing, and hold the marts to every test of data."""
    if not select:
        forget(at.built)
    command = [*dbt, "--quiet", "build", "--threads", "2", *project(at)]
    # they test the code, on rows of their own
    command += ["--exclude-resource-type", "unit_test"]
    command += ["--select", select] if select else []
    return measure(command, at.environment(scorecard))[0]


def project(at: Site) -> list[str | Path]:
    """Return the arguments that tell dbt where everything is."""
    places = {"project-dir": ROOT, "profiles-dir": ROOT}
    places |= {"target-path": at.target, "log-path": at.target}
    return [word for name, place in places.items() for word in (f"--{name}", place)]


def parse(at: Site) -> None:
    """Have dbt parse the project, which it does again only when something changes."""
    measure([*DBT, "--quiet", "parse", *project(at)], at.environment())


def recorded(at: Site) -> Path:
    """Return what dbt sends to DuckDB in a whole build."""
    statements = at.folder / "statements.jsonl"
    build(at, dbt=[*script("recorded_dbt.py"), statements])
    return statements


def replayed(at: Site, statements: Path) -> tuple[Usage, Row]:
    """Send the same to DuckDB without dbt; also return the seconds of every node."""
    forget(at.built)
    # as the plugin of profiles.yml does
    at.landed.mkdir()
    usage, said = measure(
        [*script("straight.py"), statements, at.built], at.environment()
    )
    return usage, json.loads(said)


def run(
    at: Site,
    *,
    is_first: bool = True,
    profile: bool = False,
    knobs: Mapping[str, Any] | None = None,
) -> tuple[Usage, str]:
    """Run the whole job; where it is the first, nothing is there of an earlier one."""
    if is_first:
        forget(at.warehouse)
        shutil.rmtree(at.out_dir, ignore_errors=True)
    program: Sequence[str | Path] = script("profiled_run.py") if profile else CLI
    command: list[str | Path] = [*program, "run", "--quiet"]
    command += ["--data-dir", at.data_dir, "--out-dir", at.out_dir]
    command += ["--warehouse", at.warehouse]
    return measure(command, knobs, codes=RUN_CODES)


def decide(at: Site) -> Usage:
    """Decide again from what a run published."""
    command = [*CLI, "decide", "--quiet", "--warehouse", at.warehouse]
    command += ["--out-dir", at.folder / "again"]
    return measure(command, codes=RUN_CODES)[0]


def profiled(
    at: Site, *, is_first: bool = True, knobs: Mapping[str, Any] | None = None
) -> Row:
    """Return where the seconds of a run go: its phases, and every node of dbt."""
    _, said = run(at, is_first=is_first, profile=True, knobs=knobs)
    found: Row = json.loads(said)
    return found


def node_seconds(at: Site) -> dict[str, float]:
    """Return the seconds of every node of the last build."""
    results = json.loads((at.target / "run_results.json").read_text())["results"]
    return {one["unique_id"]: one["execution_time"] for one in results}


def forget(warehouse: Path) -> None:
    """Delete a warehouse, and what is kept beside it under its name."""
    for file in warehouse.parent.glob(f"*{warehouse.name}*"):
        file.unlink() if file.is_file() else shutil.rmtree(file)

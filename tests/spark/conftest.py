"""The same telemetry, built by DuckDB and by Spark on two worker processes."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "data" / "sample"
# one driver and two workers: what only threads share is not shared here
MASTER = os.environ.get("SPARK_MASTER", "local-cluster[2,1,1024]")
KNOBS = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]["knobs"]


@dataclass(frozen=True)
class Both:
    """Where the marts of one data set are, by engine."""

    duckdb: Path
    spark: Path


def dbt(target: str, data_dir: Path, folder: Path, *words: str) -> None:
    """Run dbt in a process of its own; fail with what it says."""
    told = {name.upper(): "" for name in KNOBS} | {
        "LLMOPS_DATA_DIR": str(data_dir),
        "LLM_TELEMETRY_WAREHOUSE": str(folder / "duckdb.duckdb"),
        "LLM_TELEMETRY_SPARK_WAREHOUSE": str(folder / "spark"),
        "LLM_TELEMETRY_USER_SALT": "pepper",
        "DBT_TARGET_PATH": str(folder / f"target_{target}"),
        "DBT_LOG_PATH": str(folder / f"logs_{target}"),
        "SPARK_MASTER": MASTER,
        "SPARK_LOCAL_IP": "127.0.0.1",
    }
    places = ["--project-dir", str(ROOT), "--profiles-dir", str(ROOT)]
    ended = subprocess.run(
        [Path(sys.executable).with_name("dbt"), *words, "--target", target, *places],
        env={**os.environ, **told, "PYTHONPATH": str(ROOT / "python")},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, f"{target}:\n{ended.stdout[-6000:]}"


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Both]:
    """Return a function that builds a folder of telemetry on both engines."""

    def build(data_dir: Path, *words: str) -> Both:
        folder = tmp_path_factory.mktemp(data_dir.name)
        for target in ("duckdb", "spark"):
            dbt(target, data_dir, folder, "build", *words)
        return Both(folder / "duckdb.duckdb", folder / "spark" / "marts.db")

    return build

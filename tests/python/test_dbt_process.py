"""dbt in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, SAMPLE


@pytest.fixture
def build(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Begin a build of the sample, as run does."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "llm_telemetry.warehouse.dbt_process", "build"),
            *("--project-dir", str(ROOT), "--profiles-dir", str(ROOT)),
            *("--target-path", str(tmp_path), "--log-path", str(tmp_path)),
            *("--log-level", "none", "--log-level-file", "none"),
        ],
        env=os.environ
        | {
            "DO_NOT_TRACK": "1",
            "LLMOPS_DATA_DIR": str(SAMPLE),
            "LLM_TELEMETRY_WAREHOUSE": str(tmp_path / "warehouse.duckdb"),
        },
        # it ends when the caller's end closes, which is here
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    yield process
    process.kill()
    for pipe in (process.stdin, process.stdout):
        assert pipe is not None
        pipe.close()
    process.wait()


def test_a_build_nobody_listens_to_ends(build: subprocess.Popen[bytes]) -> None:
    assert build.stdout is not None
    build.stdout.close()
    assert build.wait(timeout=120) == 1


def test_a_build_ends_with_its_caller(build: subprocess.Popen[bytes]) -> None:
    assert build.stdin is not None
    assert build.stdout is not None
    # it is at work
    build.stdout.readline()
    build.stdin.close()
    assert build.wait(timeout=10) == 1

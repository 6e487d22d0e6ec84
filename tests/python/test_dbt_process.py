"""dbt in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

from conftest import ROOT, SAMPLE


def test_a_build_nobody_listens_to_ends(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "llm_telemetry.dbt_process", "build"),
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
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    process.stdout.close()
    try:
        assert process.wait(timeout=120) == 1
    finally:
        process.kill()

"""What the tests with a real Superset and MetricFlow share: one warehouse."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "data" / "sample" / "llm_system_interactions.csv"
# of the calls of one day no cost is known, and one day has no calls
WITHOUT_COSTS, WITHOUT_CALLS = "2025-03-01", "2025-03-02"

for folder in ("tests/watch_live", "tools"):
    sys.path.insert(0, str(ROOT / folder))
# the shell's own settings must not decide a test
os.environ.pop("LLM_TELEMETRY_WAREHOUSE", None)


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return what a run publishes of the sample, with a gap and a day without costs."""
    folder = tmp_path_factory.mktemp("telemetry")
    with SAMPLE.open(newline="") as read, (folder / SAMPLE.name).open("w") as written:
        rows = csv.DictReader(read)
        kept = csv.DictWriter(written, rows.fieldnames or [])
        kept.writeheader()
        for row in rows:
            is_costless = row["timestamp_utc"].startswith(WITHOUT_COSTS)
            if not row["timestamp_utc"].startswith(WITHOUT_CALLS):
                kept.writerow(row | ({"cost_usd": ""} if is_costless else {}))
    file = folder / "llm_telemetry.duckdb"
    places = ["--warehouse", str(file), "--out-dir", str(folder / "artifacts")]
    command = [sys.executable, "-m", "llm_telemetry", "run", "--quiet", *places]
    done = subprocess.run([*command, "--data-dir", str(folder)])
    assert done.returncode in (0, 1)
    return file

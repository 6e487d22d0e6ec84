"""A real Prometheus scrapes an app whose calls are captured."""

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / "capture_live.py"


def test_prometheus_counts_what_the_app_counted(root: Path) -> None:
    environment = os.environ | {"PROMETHEUS_BIN": str(root / "usr" / "bin")}
    ended = subprocess.run(
        [sys.executable, str(SCRIPT)], env=environment, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "skipped" not in ended.stdout

"""Replicates on disk, a line each, so that a run that broke off continues."""

import hashlib
import json
from pathlib import Path

import pandas as pd

from calibration.replicate import ROOT

# what a replicate's numbers follow from; when it changes they are measured anew
SOURCES = (
    "python/llm_telemetry/**/*.py",
    "python/llm_telemetry/**/*.sql",
    "models/**/*.sql",
    "macros/**/*.sql",
    "seeds/*.csv",
    "dbt_project.yml",
    "bench/calibration/of_*.py",
    "bench/calibration/*_worlds.py",
    "bench/calibration/replicate.py",
    "bench/calibration/*scenario*.py",
)
Numbers = dict[str, float]


def folder() -> Path:
    """Return where the replicates of the present sources stand."""
    digest = hashlib.sha256()
    for pattern in SOURCES:
        for file in sorted(ROOT.glob(pattern)):
            digest.update(file.read_bytes())
    return ROOT / "target" / "calibrate" / digest.hexdigest()[:12]


def append(file: Path, seed: int, numbers: Numbers) -> None:
    """Add the numbers of one replicate."""
    file.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps({"seed": seed} | {name: float(n) for name, n in numbers.items()})
    with file.open("a", encoding="utf-8") as lines:
        lines.write(line + "\n")


def load(file: Path) -> pd.DataFrame:
    """Return the replicates there are, one row per seed; a torn last line is none."""
    rows = []
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
        try:
            rows.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    if not rows:
        return pd.DataFrame()
    return pd.DataFrame(rows).drop_duplicates("seed").set_index("seed").sort_index()

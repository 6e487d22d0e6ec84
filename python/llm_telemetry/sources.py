"""Find the folder that holds the telemetry, and check the knobs of the environment."""

import math
import os
from pathlib import Path

import yaml

from llm_telemetry.errors import InputError

PROJECT = Path(os.environ.get("DBT_PROJECT_DIR", Path(__file__).parents[2])).resolve()
TABLE = "llm_system_interactions"
SUFFIXES = (".csv", ".csv.gz", ".parquet")


def find_data_dir(named: Path | None = None) -> Path:
    """Return the folder to read: the named one, else the first that holds the table.

    A folder that was asked for, by argument or by ``LLMOPS_DATA_DIR``, is never
    silently replaced by another.
    """
    wanted = named or _from_environment()
    if wanted is not None:
        if not wanted.is_dir():
            raise InputError(f"{wanted}: no such folder: name the folder of the CSVs")
        return wanted.resolve()
    for place in _places():
        if _holds_table(place):
            return place.resolve()
    raise InputError(f"no {TABLE}.csv found: name its folder with --data-dir")


def check_knobs() -> None:
    """Raise for every knob in the environment that is not a finite number."""
    project = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())
    values = {name.upper(): os.environ.get(name.upper()) for name in project["vars"]}
    wrong = [
        f"{name}: '{value}' is not a number: set it to one or unset it"
        for name, value in values.items()
        if value is not None and not _is_number(value)
    ]
    if wrong:
        raise InputError(*wrong)
    seed = os.environ.get("RANDOM_SEED", "0")
    if float(seed) < 0 or float(seed) % 1:
        raise InputError(f"RANDOM_SEED: '{seed}' is not a seed: set 0, 1, 2, ...")


def _from_environment() -> Path | None:
    value = os.environ.get("LLMOPS_DATA_DIR")
    return Path(value) if value else None


def _places() -> list[Path]:
    mounted = [Path("/mnt/data"), Path("/kaggle/input")]
    below = [
        child
        for folder in mounted
        if folder.is_dir()
        for child in sorted(folder.iterdir())
        if child.is_dir()
    ]
    return [Path(), Path("data"), *mounted, *below, PROJECT / "data" / "sample"]


def _holds_table(folder: Path) -> bool:
    return any((folder / f"{TABLE}{suffix}").is_file() for suffix in SUFFIXES)


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False

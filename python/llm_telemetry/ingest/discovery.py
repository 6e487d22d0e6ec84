"""Find the folder that holds the telemetry, and check the knobs of the environment."""

import math
import os
from collections.abc import Collection
from pathlib import Path
from typing import Any

import duckdb
import yaml

from llm_telemetry.errors import InputError

PACKAGE = Path(__file__).parents[1]
# a wheel contains the dbt project; a checkout and an editable install are beside it
BUNDLED = PACKAGE / "project"
DEFAULT_PROJECT = BUNDLED if BUNDLED.is_dir() else PACKAGE.parents[1]
PROJECT = Path(os.environ.get("DBT_PROJECT_DIR", DEFAULT_PROJECT)).resolve()
SAMPLE = PROJECT / "data" / "sample"
STEM = "llm_system_"
TABLE = f"{STEM}interactions"
SUFFIXES = (".csv", ".csv.gz", ".parquet")
CONTRACT = "telemetry_csv"
# entries of a folder that a message names
NAMED = 5


def named(given: str | None = None) -> list[str]:
    """Return the sources that are on: those given, else those of the knob."""
    text = given or os.environ.get("SOURCES") or str(_project()["vars"]["sources"])
    names = [name.strip() for name in text.split(",") if name.strip()]
    known = _known()
    wrong = [name for name in names if name not in known]
    if wrong or not names:
        raise InputError(f"SOURCES: '{text}': name some of {', '.join(sorted(known))}")
    return names


def find_data_dir(folder: Path | None, sources: Collection[str]) -> Path:
    """Return the folder to read: the given one, else the first that holds a source.

    A folder that was asked for, by argument or by ``LLMOPS_DATA_DIR``, is never
    silently replaced by another, and the sample is read only when asked for. Raises
    InputError with what was looked for, where, and what was there instead.
    """
    wanted = folder or _from_environment()
    if wanted is not None:
        # unlike Path.is_dir, it does not raise where a parent may not be looked into
        if not os.path.isdir(wanted):
            raise InputError(f"{wanted}: no such folder: name that of the telemetry")
        return wanted.resolve()
    places = _places()
    for place in places:
        if _holds_table(place) if CONTRACT in sources else _holds(place, sources):
            return place.resolve()
    looked = (
        f"{TABLE}.csv (or .csv.gz, .parquet)"
        if CONTRACT in sources
        else f"folder {' or '.join(sources)}"
    )
    raise InputError(
        f"no {looked} in {_listed(places)}: name the folder of the telemetry with "
        "--data-dir or LLMOPS_DATA_DIR and what it holds with --sources, or try the "
        "simulated sample with --sample"
    )


def find_sample() -> Path:
    """Return the folder of the simulated sample."""
    if not SAMPLE.is_dir():
        raise InputError(f"--sample: {SAMPLE}: no such folder: use --data-dir")
    return SAMPLE


def shown(folder: Path) -> str:
    """Return a path as a person would write it: relative below the current folder."""
    place = folder.resolve()
    here = Path.cwd()
    return str(place.relative_to(here) if place.is_relative_to(here) else place)


def contents(folder: Path) -> str:
    """Return what a folder holds, in words: its first names, and how many more."""
    names = sorted(name for name in os.listdir(folder) if not name.startswith("."))
    more = [f"{len(names) - NAMED} more"] if len(names) > NAMED else []
    return ", ".join([*names[:NAMED], *more]) or "nothing"


def contract_files(folder: Path) -> list[Path]:
    """Return the files of the contract's tables; batches stand in a folder of each."""
    found = [*folder.glob(f"{STEM}*"), *folder.glob(f"{STEM}*/**/*")]
    return sorted(file for file in found if file.is_file())


def number(knob: str) -> float:
    """Return a knob that is a number, outside any build."""
    check_knobs()
    return float(os.environ.get(knob.upper()) or _project()["vars"][knob])


def check_knobs() -> None:
    """Raise for every knob in the environment that is not what it should be."""
    numbers = {
        name.upper(): os.environ.get(name.upper())
        for name, setting in _project()["vars"].items()
        if not isinstance(setting, str)
    }
    wrong = [
        f"{name}: '{value}' is not a number: set it to one or unset it"
        for name, value in numbers.items()
        if value is not None and not _is_number(value)
    ]
    if wrong:
        raise InputError(*wrong)
    seed = os.environ.get("RANDOM_SEED", "0")
    if float(seed) < 0 or float(seed) % 1:
        raise InputError(f"RANDOM_SEED: '{seed}' is not a seed: set 0, 1, 2, ...")
    zone = _project()["vars"]["business_time_zone"]
    _check_time_zone(os.environ.get("BUSINESS_TIME_ZONE") or zone)


def check_window(sources: Collection[str]) -> None:
    """Raise where days are to be let go of that only the contract's files count."""
    days = number("window_days")
    if days < 0 or days % 1:
        raise InputError(f"WINDOW_DAYS: {days:g} are no days: set 0, 1, 2, ...")
    if days and list(sources) != [CONTRACT]:
        raise InputError(
            f"WINDOW_DAYS: {days:g} needs the source {CONTRACT} alone: set it to 0"
        )


def _check_time_zone(name: str) -> None:
    if not _is_time_zone(name):
        what = f"'{name}' is no time zone: say UTC or Europe/Berlin"
        raise InputError(f"BUSINESS_TIME_ZONE: {what}")


def _project() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())
    return content


def _known() -> set[str]:
    """Return every source there are staging models for."""
    models = (PROJECT / "models" / "staging").glob("*/stg_*__interactions.sql")
    return {model.parent.name for model in models}


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
    return [Path(), Path("data"), *mounted, *below]


def _listed(places: list[Path]) -> str:
    """Return places in words, each with what it holds."""
    found = [
        f"{place.resolve()} (found: {contents(place)})"
        if os.path.isdir(place) and os.access(place, os.R_OK | os.X_OK)
        else f"{place.resolve()} (cannot be read)"
        if os.path.isdir(place)
        else f"{place.resolve()} (no such folder)"
        for place in places
    ]
    return ", ".join(found)


def _holds(folder: Path, sources: Collection[str]) -> bool:
    return any((folder / source).is_dir() for source in sources)


def _holds_table(folder: Path) -> bool:
    files = [folder / f"{TABLE}{suffix}" for suffix in SUFFIXES]
    return (folder / TABLE).is_dir() or any(file.is_file() for file in files)


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _is_time_zone(name: str) -> bool:
    """Return whether SQL knows a time zone of that name."""
    known = "select count(*) from pg_timezone_names() where name = $name"
    with duckdb.connect() as connection:
        return connection.execute(known, {"name": name}).fetchall() != [(0,)]

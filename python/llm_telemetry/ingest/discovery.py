"""Find the folder that holds the telemetry."""

import os
from collections.abc import Collection
from pathlib import Path

from llm_telemetry.config import knobs
from llm_telemetry.config.knobs import CONTRACT
from llm_telemetry.config.project import PROJECT, SAMPLE
from llm_telemetry.errors import InputError

STEM = "llm_system_"
TABLE = f"{STEM}interactions"
SUFFIXES = (".csv", ".csv.gz", ".parquet")
# entries of a folder that a message names
NAMED = 5


def named(given: str | None = None) -> list[str]:
    """Return the sources that are on: those given, else those of the knob."""
    text = given or knobs.value("sources")
    names = [name.strip() for name in text.split(",") if name.strip()]
    known = _known()
    wrong = [name for name in names if name not in known]
    if wrong or not names:
        raise InputError(f"sources: '{text}': name some of {', '.join(sorted(known))}")
    return names


def find_data_dir(folder: Path | None, sources: Collection[str]) -> Path:
    """Return the folder to read: the given one, else the first that holds a source.

    A folder that was named, by argument or by ``LLMOPS_DATA_DIR``, is never
    silently replaced by another, and the sample is read only when asked for. Raises
    InputError with what was looked for, where, and what was there instead.
    """
    wanted = folder or _from_environment()
    if wanted is not None:
        # unlike Path.is_dir, it does not raise where a parent may not be looked into
        if not os.path.isdir(wanted):
            found = (
                "a file, not a folder" if os.path.exists(wanted) else "folder not found"
            )
            raise InputError(f"{wanted}: {found}: pass the folder of the telemetry")
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
        "--data-dir or LLMOPS_DATA_DIR and its formats with --sources, or try the "
        "simulated sample with --sample"
    )


def find_sample() -> Path:
    """Return the folder of the simulated sample."""
    if not SAMPLE.is_dir():
        raise InputError(f"--sample: {SAMPLE}: folder not found: use --data-dir")
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
    """Return the files of the contract's tables; batches are in a folder of each."""
    found = [*folder.glob(f"{STEM}*"), *folder.glob(f"{STEM}*/**/*")]
    return sorted(file for file in found if file.is_file())


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

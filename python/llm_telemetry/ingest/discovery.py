"""Find the folder that holds the telemetry."""

import os
from collections.abc import Collection
from pathlib import Path

from llm_telemetry.config import knobs
from llm_telemetry.config.knobs import CONTRACT
from llm_telemetry.config.project import PROJECT
from llm_telemetry.errors import InputError

STEM = "llm_system_"
TABLE = f"{STEM}interactions"
SUFFIXES = (".csv", ".csv.gz", ".parquet")


def named(given: str | None = None) -> list[str]:
    """Return the sources that are on: those given, else those of the knob."""
    text = given or knobs.value("sources")
    names = [name.strip() for name in text.split(",") if name.strip()]
    known = _known()
    wrong = [name for name in names if name not in known]
    if wrong or not names:
        raise InputError(f"SOURCES: '{text}': name some of {', '.join(sorted(known))}")
    return names


def find_data_dir(folder: Path | None, sources: Collection[str]) -> Path:
    """Return the folder to read: the given one, else the first that holds a source.

    A folder that was asked for, by argument or by ``LLMOPS_DATA_DIR``, is never
    silently replaced by another.
    """
    wanted = folder or _from_environment()
    if wanted is not None:
        if not wanted.is_dir():
            raise InputError(f"{wanted}: no such folder: name that of the telemetry")
        return wanted.resolve()
    for place in _places():
        if _holds_table(place) if CONTRACT in sources else _holds(place, sources):
            return place.resolve()
    looked = f"{TABLE}.csv" if CONTRACT in sources else f"folder {' or '.join(sources)}"
    raise InputError(
        f"no {looked} found: name the folder of the telemetry with --data-dir, and "
        "what it holds with --sources"
    )


def contract_files(folder: Path) -> list[Path]:
    """Return the files of the contract's tables; batches stand in a folder of each."""
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
    return [Path(), Path("data"), *mounted, *below, PROJECT / "data" / "sample"]


def _holds(folder: Path, sources: Collection[str]) -> bool:
    return any((folder / source).is_dir() for source in sources)


def _holds_table(folder: Path) -> bool:
    files = [folder / f"{TABLE}{suffix}" for suffix in SUFFIXES]
    return (folder / TABLE).is_dir() or any(file.is_file() for file in files)

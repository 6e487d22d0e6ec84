"""Telemetry as it was typed from its files, kept as Parquet beside the warehouse."""

from itertools import groupby
from pathlib import Path


def folder_of(warehouse: Path) -> Path:
    """Return where the models land what they read for this warehouse."""
    place = warehouse.resolve()
    return place.with_name(f".landed.{place.name}")


def sweep(warehouse: Path) -> None:
    """Delete what an older state of a file was typed to, and what was not finished.

    A landed file is named table-file-state: of each file the newest state stays.
    """
    folder = folder_of(warehouse)
    for unfinished in folder.glob("tmp_*.parquet"):
        unfinished.unlink(missing_ok=True)
    landed = sorted(folder.glob("*-*-*.parquet"), key=_file)
    for _, states in groupby(landed, key=_file):
        for outdated in sorted(states, key=lambda file: file.stat().st_mtime_ns)[:-1]:
            outdated.unlink(missing_ok=True)


def _file(landed: Path) -> str:
    return landed.name.rpartition("-")[0]

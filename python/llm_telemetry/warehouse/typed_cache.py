"""Telemetry as typed from its files, kept as Parquet next to the warehouse."""

import shutil
from hashlib import md5
from itertools import groupby
from pathlib import Path

from llm_telemetry.ingest.discovery import contract_files


def folder_of(warehouse: Path) -> Path:
    """Return where the models land what they read for this warehouse."""
    place = warehouse.resolve()
    return place.with_name(f".landed.{place.name}")


def sweep(warehouse: Path, data_dir: Path) -> None:
    """Delete what was not finished, and what was typed from what is no longer there.

    A landed file is named table-file-state, and its contents by day are listed
    beside it: of each file of the folder the newest state stays.
    """
    folder = folder_of(warehouse)
    present = {md5(str(file).encode()).hexdigest() for file in contract_files(data_dir)}
    for unfinished in folder.glob("tmp_*.parquet"):
        unfinished.unlink(missing_ok=True)
    landed = sorted(folder.glob("*-*-*.parquet"), key=_file)
    for name, files in groupby(landed, key=_file):
        oldest_first = sorted(files, key=lambda file: file.stat().st_mtime_ns)
        newest = _state(oldest_first[-1])
        is_present = name.rpartition("-")[2] in present
        for file in oldest_first:
            if not is_present or _state(file) != newest:
                file.unlink(missing_ok=True)


def forget_unfinished(warehouse: Path) -> None:
    """Delete what an interrupted build did not finish: all, if it was the first."""
    folder = folder_of(warehouse)
    if not warehouse.exists():
        shutil.rmtree(folder, ignore_errors=True)
    for unfinished in folder.glob("tmp_*.parquet"):
        unfinished.unlink(missing_ok=True)


def _file(landed: Path) -> str:
    return landed.name.rpartition("-")[0]


def _state(landed: Path) -> str:
    return landed.name.rpartition("-")[2].partition(".")[0]

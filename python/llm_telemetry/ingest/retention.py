"""Delete landed telemetry that is older than it may be kept."""

import re
import shutil
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from llm_telemetry.errors import InputError

PARTITION = re.compile(r"dt=(\d{4}-\d{2}-\d{2})")


def prune(landing: Path, keep_days: int, *, is_deleted: bool) -> list[str]:
    """Find the expired partitions, delete them if asked to, and return what to say."""
    found = expired(landing, keep_days, datetime.now(UTC).date())
    lines = [f"{folder}: {size(folder):,} bytes" for folder in found]
    if is_deleted:
        delete(found)
    end = "deleted" if is_deleted else "to delete: pass --yes to delete them"
    return [*lines, f"{len(found)} days older than {keep_days} days {end}"]


def expired(landing: Path, keep_days: int, today: date) -> list[Path]:
    """Return the day partitions below a folder that are older than ``keep_days``.

    A partition is a folder ``dt=YYYY-MM-DD``; no other folder is ever named, and none
    that is reached through a link.
    """
    if not landing.is_dir():
        raise InputError(
            f"{landing}: folder not found: pass the folder of the landed telemetry"
        )
    oldest = today - timedelta(days=keep_days)
    return sorted(
        folder
        for folder in landing.rglob("dt=*")
        if (day := _day(folder)) is not None and day < oldest
    )


def delete(partitions: Iterable[Path]) -> None:
    """Delete day partitions with everything in them."""
    for folder in partitions:
        try:
            shutil.rmtree(folder)
        except OSError as error:
            raise InputError(f"{folder}: cannot delete: {error.strerror}") from error


def size(folder: Path) -> int:
    """Return the bytes of the files below a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _day(folder: Path) -> date | None:
    named = PARTITION.fullmatch(folder.name)
    if named is None or folder.is_symlink() or not folder.is_dir():
        return None
    try:
        return date.fromisoformat(named[1])
    except ValueError:
        return None

"""Seal the landed segments whose writer died, so that they are read like the others.

A process that captures telemetry appends to ``<segment>.jsonl.open``, holds a lock on
it, and renames it to ``<segment>.jsonl`` when it is complete. A killed process leaves
the open name behind, but not the lock, which tells whether the writer is alive.
"""

import os
import sys
from pathlib import Path
from typing import BinaryIO

OPEN = ".open"


def lock(descriptor: int) -> bool:
    """Take the lock of a segment; return whether it was free."""
    if sys.platform == "win32":
        # no such lock there, but an open file cannot be renamed either
        return True
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def seal_orphans(folder: Path) -> list[Path]:
    """Seal every segment below a folder that no process writes to; return them.

    A torn last line is cut off, and a segment that holds nothing else is removed. What
    cannot be changed, as on a read-only disk, stays as it is.
    """
    sealed = (_seal(segment) for segment in sorted(folder.rglob(f"*.jsonl{OPEN}")))
    return [segment for segment in sealed if segment is not None]


def _seal(segment: Path) -> Path | None:
    try:
        with segment.open("rb+") as file:
            # its writer may be between creating it and locking it
            if not os.fstat(file.fileno()).st_size or not lock(file.fileno()):
                return None
            if not _cut_torn_tail(file):
                segment.unlink()
                return None
            os.fsync(file.fileno())
        return segment.rename(segment.with_suffix(""))
    except OSError:
        # read-only, or sealed by its writer or by another run in this very moment
        return None


def _cut_torn_tail(file: BinaryIO) -> int:
    """Cut what follows the last line break; return the bytes that are left."""
    end = file.read().rfind(b"\n") + 1
    return file.truncate(end)

"""A lock for one run at a time on one warehouse."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from llm_telemetry.errors import InputError


@contextmanager
def exclusive_lock(warehouse: Path, *, wait: bool = False) -> Iterator[None]:
    """Lock a warehouse until the block ends; the system unlocks it if the process dies.

    Raises InputError, which names the other process, where one has the lock; with
    ``wait``, waits until it is free.
    """
    file = warehouse.with_name(f".{warehouse.name}.lock")
    lock = FileLock(file, timeout=-1 if wait else 0, poll_interval=0.2)
    try:
        lock.acquire()
    except Timeout:
        raise InputError(
            f"{warehouse}: another run is building it{_holder(file)}: wait for it to "
            "finish, or pass --wait"
        ) from None
    except OSError as error:
        raise InputError(f"{file}: cannot write: {error.strerror}") from error
    try:
        with suppress(OSError):
            file.write_text(f"process {os.getpid()} on {socket.gethostname()}\n")
        yield
    finally:
        # before the release, so that a waiting process finds the file gone
        with suppress(OSError):
            file.unlink()
        lock.release()


def _holder(file: Path) -> str:
    """Return the process named in the lock file, in brackets, or an empty text."""
    try:
        process = file.read_text().strip()
    except OSError:
        return ""
    return f" ({process})" if process else ""

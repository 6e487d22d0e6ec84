"""Files of one JSON object per line, which several processes append to."""

import errno
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from llm_telemetry.errors import InputError

try:
    import fcntl
except ImportError:  # not on Windows; there, two runs must not share a journal
    fcntl = None  # type: ignore[assignment]

Row = dict[str, Any]


class Journal:
    """A file that is open to read and append, and locked until it is closed."""

    def __init__(self, handle: int, file: Path) -> None:
        self._handle = handle
        self._file = file

    def content(self) -> bytes:
        """Return everything that the file contains."""
        return os.pread(self._handle, os.fstat(self._handle).st_size, 0)

    def append(self, lines: Sequence[bytes]) -> None:
        """Append whole lines in one write, and wait until the disk has them.

        After an incomplete last line, as a power cut leaves it, they start on a new
        line. Raises InputError where they cannot be written, as on a full disk.
        """
        if not lines:
            return
        try:
            size = os.fstat(self._handle).st_size
            is_torn = size > 0 and os.pread(self._handle, 1, size - 1) != b"\n"
            written = (b"\n" if is_torn else b"") + b"".join(lines)
            if os.write(self._handle, written) < len(written):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(self._handle)
        except OSError as error:
            raise _refused(self._file, error) from error


def check(*files: Path) -> None:
    """Raise InputError for the first of the journals that cannot be written."""
    for file in files:
        # unlike Path.is_dir, it does not raise where the folder may not be looked into
        if os.path.isdir(file):
            raise InputError(f"{file}: a folder: name a file for the ledger")
        if os.path.exists(file) and not os.access(file, os.R_OK | os.W_OK):
            raise InputError(f"{file}: cannot write: Permission denied")


@contextmanager
def opened(file: Path) -> Iterator[Journal]:
    """Open a journal, locked until the block ends; wait where another process has it.

    Raises InputError if it cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
    except OSError as error:
        raise _refused(file, error) from error
    try:
        if fcntl is not None:
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield Journal(handle, file)
    finally:
        os.close(handle)


def row_of(line: bytes) -> Row | None:
    """Return the object of a line; None if the line is incomplete."""
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) else None


def _refused(file: Path, error: OSError) -> InputError:
    return InputError(f"{file}: cannot write: {error.strerror}")

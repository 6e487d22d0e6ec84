"""The ledger: what decisions predicted and what came true, outliving the bundles."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from llm_telemetry.decisions.types import plain
from llm_telemetry.errors import InputError

try:
    import fcntl
except ImportError:  # not on Windows; there, two runs must not share a ledger
    fcntl = None  # type: ignore[assignment]

LEDGER = "decision_ledger.jsonl"
# who said it, and on which data, makes neither a prediction nor an outcome another one
SIGNED = ("decision_id", "as_of")
JUDGED = ("judged_by", "judged_as_of")


def check(file: Path) -> None:
    """Raise InputError where the ledger could not be written."""
    if file.is_dir():
        raise InputError(f"{file}: a folder: name a file for the ledger")
    if file.exists() and not os.access(file, os.R_OK | os.W_OK):
        raise InputError(f"{file}: cannot write: Permission denied")


def append(file: Path, entries: Sequence[Mapping[str, Any]]) -> int:
    """Append what the ledger does not hold yet; return how many lines that were.

    All lines go out in one write under a lock, and on a line of their own even after
    a line that a power cut tore: such a line is read over, here and by the models.
    """
    with _opened(file) as handle:
        held = os.pread(handle, os.fstat(handle).st_size, 0)
        known = {_content(line) for line in held.splitlines()}
        fresh = [
            line for entry in entries if _content(line := _line(entry)) not in known
        ]
        torn = b"\n" if held and not held.endswith(b"\n") else b""
        if fresh:
            os.write(handle, torn + b"".join(fresh))
            os.fsync(handle)
    return len(fresh)


def _line(entry: Mapping[str, Any]) -> bytes:
    return f"{json.dumps(plain(dict(entry)), allow_nan=False)}\n".encode()


def _content(line: bytes) -> str | None:
    """Return what a line says, whoever said it; None where it is torn."""
    try:
        said = json.loads(line)
    except ValueError:
        return None
    if not isinstance(said, dict):
        return None
    left_out = JUDGED if "realised_value" in said else SIGNED
    kept = {key: value for key, value in said.items() if key not in left_out}
    return json.dumps(kept, sort_keys=True)


@contextmanager
def _opened(file: Path) -> Iterator[int]:
    """Open the ledger to read and append, alone until it is closed."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
        try:
            if fcntl is not None:
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield handle
        finally:
            os.close(handle)
    except OSError as error:
        raise InputError(f"{file}: cannot write: {error.strerror}") from error

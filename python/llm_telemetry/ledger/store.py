"""The ledger of decisions, predictions and outcomes, which outlives the bundles."""

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
# a prediction or outcome is the same one whichever run wrote it, on whichever data; a
# decision is another one
SIGNED = ("decision_id", "as_of")
JUDGED = ("judged_by", "judged_as_of")


def check(file: Path) -> None:
    """Raise InputError if the ledger cannot be written."""
    # unlike Path.is_dir, it does not raise where the folder may not be looked into
    if os.path.isdir(file):
        raise InputError(f"{file}: a folder: name a file for the ledger")
    if os.path.exists(file) and not os.access(file, os.R_OK | os.W_OK):
        raise InputError(f"{file}: cannot write: Permission denied")


def append(file: Path, entries: Sequence[Mapping[str, Any]]) -> int:
    """Append the entries that are not in the ledger yet; return their number.

    They are appended in one write under a lock. After an incomplete last line, as a
    power cut leaves it, they start on a new line; incomplete lines are skipped, here
    and by the models. Raises InputError if the ledger cannot be written.
    """
    with _opened(file) as handle:
        content = os.pread(handle, os.fstat(handle).st_size, 0)
        known = {_content(line) for line in content.splitlines()}
        fresh = [
            line for entry in entries if _content(line := _line(entry)) not in known
        ]
        is_torn = content and not content.endswith(b"\n")
        if fresh:
            os.write(handle, (b"\n" if is_torn else b"") + b"".join(fresh))
            os.fsync(handle)
    return len(fresh)


def _line(entry: Mapping[str, Any]) -> bytes:
    return f"{json.dumps(plain(dict(entry)), allow_nan=False)}\n".encode()


def _content(line: bytes) -> str | None:
    """Return what tells a line from others; None if it is incomplete."""
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    if not isinstance(entry, dict):
        return None
    is_decision = "decision" in entry
    left_out = () if is_decision else JUDGED if "realised_value" in entry else SIGNED
    kept = {key: value for key, value in entry.items() if key not in left_out}
    return json.dumps(kept, sort_keys=True)


@contextmanager
def _opened(file: Path) -> Iterator[int]:
    """Open the ledger to read and append, locked until it is closed."""
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

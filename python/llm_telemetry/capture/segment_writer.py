"""Write lines into segments: files that are complete and never change once sealed."""

import os
import socket
import threading
import time
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from llm_telemetry.ingest.segments import OPEN, lock

MAX_BYTES = 32 << 20
MAX_AGE_S = 60.0


@dataclass
class _Segment:
    path: Path
    descriptor: int
    day: str
    size: int = 0


class SegmentWriter:
    """Appends lines to the open segment of this process, and seals it when it is due.

    No other process writes to a segment, so lines never mix, whatever the file system.
    A segment is sealed when it is large or old, at the end of the UTC day, and on
    ``seal``. A forked child starts a segment of its own.
    """

    def __init__(
        self, folder: Path, *, max_bytes: int = MAX_BYTES, max_age_s: float = MAX_AGE_S
    ) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._max_age_s = max_age_s
        self._lock = threading.Lock()
        self._segment: _Segment | None = None
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._leave_to_parent)

    def write(self, lines: Iterable[bytes]) -> None:
        """Append lines, each in one piece. Raises OSError where the disk refuses."""
        with self._lock:
            for line in lines:
                self._append(line)

    def seal(self) -> None:
        """Complete the open segment, if any, and give it its final name."""
        with self._lock:
            self._seal()

    def _append(self, line: bytes) -> None:
        if self._segment and self._segment.day != today():
            self._seal()
        segment = self._segment = self._segment or self._opened()
        try:
            _write_all(segment.descriptor, line)
        except OSError:
            # a full disk leaves half a line, which the next one would be joined to
            os.ftruncate(segment.descriptor, segment.size)
            raise
        segment.size += len(line)
        if segment.size >= self._max_bytes:
            self._seal()

    def _opened(self) -> _Segment:
        day = today()
        folder = self._folder / f"dt={day}"
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        name = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:12]}"
        path = folder / f"{name}.jsonl{OPEN}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
        segment = _Segment(path, os.open(path, flags, 0o640), day)
        lock(segment.descriptor)
        self._seal_in_time(segment)
        return segment

    def _seal_in_time(self, segment: _Segment) -> None:
        """Seal a segment when it is old, also where nothing more is written."""
        timer = threading.Timer(self._max_age_s, self._seal_aged, args=[segment])
        timer.daemon = True
        # the last segment is opened while the interpreter ends: no thread starts then
        with suppress(RuntimeError):
            timer.start()

    def _seal_aged(self, segment: _Segment) -> None:
        with self._lock, suppress(OSError):
            if self._segment is segment:
                self._seal()

    def _seal(self) -> None:
        segment, self._segment = self._segment, None
        if segment is None:
            return
        try:
            os.fsync(segment.descriptor)
            # still locked, so that no process takes it for an orphan
            segment.path.rename(segment.path.with_suffix(""))
        finally:
            os.close(segment.descriptor)

    def _leave_to_parent(self) -> None:
        """Forget the parent's segment, in the child of a fork."""
        # another thread may have had the lock at the moment of the fork
        self._lock = threading.Lock()
        segment, self._segment = self._segment, None
        if segment:
            os.close(segment.descriptor)


def today() -> str:
    """Return the UTC day, which names the partition."""
    return time.strftime("%Y-%m-%d", time.gmtime())


def _write_all(descriptor: int, line: bytes) -> None:
    written = os.write(descriptor, line)
    while written < len(line):
        written += os.write(descriptor, line[written:])

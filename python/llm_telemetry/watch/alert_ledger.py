"""The alert ledger: one JSON object per line, which no run ever changes."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from llm_telemetry.errors import InputError
from llm_telemetry.files import journal
from llm_telemetry.watch.state import CHANGES, Event, State

# what every event has, and what an event of a kind has besides
COMMON = ("recorded_at", "fingerprint", "rule_id")
FIELDS = {
    "opened": ("episode", "severity", "interaction_date", "members"),
    "joined": ("episode", "interaction_date", "members"),
    "escalated": ("episode", "severity"),
    "judged": ("interaction_date", "is_settled", "verdict"),
    "acknowledged": ("episode",),
    "resolved": ("episode", "reason", "interaction_date"),
    "accepted": ("episode", "reason", "interaction_date"),
    "muted": ("until",),
    "delivered": ("delivery_key", "channel", "transition", "severity"),
    "failed": ("delivery_key",),
    "throttled": ("delivery_key",),
}


class AlertLedger:
    """The events of a ledger and the state after them; it may be written."""

    def __init__(
        self, events: Sequence[Event], now: datetime, file: journal.Journal | None
    ) -> None:
        self.now = now
        self.events = list(events)
        self.state = State()
        self.state.apply(self.events)
        self._file = file
        self._unwritten: list[Event] = []

    def record(self, *events: Mapping[str, Any]) -> None:
        """Take events into account; `flush` writes them."""
        last = max((int(row.get("sequence", 0)) for row in self.events[-1:]), default=0)
        rows = [
            {
                "event": event["event"],
                "sequence": last + number,
                "recorded_at": written(self.now),
                **event,
            }
            for number, event in enumerate(events, 1)
        ]
        self._unwritten += rows
        self.events += rows
        self.state.apply(rows)

    def flush(self) -> None:
        """Append what was recorded in one write; a dry run writes nothing."""
        if self._file is not None:
            self._file.append([_line(row) for row in self._unwritten])
        self._unwritten = []


@contextmanager
def locked(file: Path, now: datetime) -> Iterator[AlertLedger]:
    """Open a ledger that no other process reads to write until the block ends."""
    journal.check(file)
    with journal.opened(file) as opened:
        yield AlertLedger(_events(file, opened.content()), now, opened)


def read(file: Path, now: datetime) -> AlertLedger:
    """Return a ledger as it is, which may not exist yet; nothing is written to it."""
    if not file.exists():
        return AlertLedger([], now, None)
    journal.check(file)
    return AlertLedger(_events(file, file.read_bytes()), now, None)


def written(moment: datetime) -> str:
    """Return a moment as events have it."""
    text = moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    return f"{text}Z"


def _line(row: Mapping[str, Any]) -> bytes:
    return f"{json.dumps(row, allow_nan=False)}\n".encode()


def _events(file: Path, content: bytes) -> list[Event]:
    """Return the events; torn lines are read over, what is no event is refused."""
    found = []
    for number, line in enumerate(content.splitlines(), 1):
        row = journal.row_of(line)
        if row is None:
            continue
        if problem := _problem(row):
            raise InputError(
                f"{file}: line {number}: {problem}: name the alert ledger with --ledger"
            )
        found.append(row)
    return found


def _problem(row: Event) -> str | None:
    kind = row.get("event")
    if kind is None:
        return "no event of an alert"
    if kind not in CHANGES:
        # of a later version, or an intent, which changes nothing
        return None
    missing = [name for name in (*COMMON, *FIELDS[kind]) if name not in row]
    return f"{kind} without {', '.join(missing)}" if missing else None

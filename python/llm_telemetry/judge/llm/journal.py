"""What was asked of the endpoint, what it cost and what it said: lines that are added.

A line is on the disk before a request is sent, so that a request whose process was
killed counts with the most that it can have cost, and is not sent again. The texts are
in no line: a judgement is found by an HMAC of them, whose key is not in the file.
"""

import json
import os
import threading
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import Timeout

from llm_telemetry.errors import InputError
from llm_telemetry.files.lock import exclusive_lock
from llm_telemetry.warehouse.session import JUDGE_REQUESTS

# what a line is about
STARTED, ENDED, PROBED = "run_started", "run_ended", "probed"
RESERVED, SETTLED, CHANGED = "reserved", "settled", "model_changed"


class BudgetSpent(Exception):
    """The next request might cost more than is left."""


@dataclass(frozen=True)
class Judgement:
    """What is known of one text: a score of the scale, or why there is none."""

    label: str | None = None
    score: int | None = None
    error_type: str | None = None


# of a request that a killed process was waiting for
INTERRUPTED = Judgement(error_type="interrupted")


class Journal:
    """The open file, to which one process at a time adds, with many threads.

    ``known`` are the judgements that are not asked for again, by their key.
    """

    def __init__(
        self, handle: int | None, lines: list[dict[str, Any]], budget: float
    ) -> None:
        self._handle = handle
        self._free = threading.Condition()
        self._budget = budget
        self._reserved: dict[str, float] = {}
        # how much more an answer cost than was reserved, at most
        self._excess = 1.0
        self.known = judgements(lines)
        self.run_id, self.spent = _continued(lines)
        self.shapes = {
            line["settings"]: line for line in lines if line.get("event") == PROBED
        }
        for line in lines:
            if line.get("event") == CHANGED:
                self.shapes.pop(line.get("settings"), None)

    def start(self) -> None:
        """Begin a run, or go on with the one that was killed."""
        self.add(STARTED, run_id=self.run_id)

    def reserve(self, most_usd: float, **about: Any) -> str:
        """Return the id of a request that may be sent; raise BudgetSpent otherwise.

        Waits while requests that are under way may turn out to be cheaper.
        """
        name = uuid.uuid4().hex
        with self._free:
            while not self._fits(most_usd):
                if not self._reserved:
                    raise BudgetSpent
                self._free.wait()
            most_usd *= self._excess
            self._reserved[name] = most_usd
            self._add(
                RESERVED,
                request_id=name,
                run_id=self.run_id,
                reserved_usd=most_usd,
                **about,
            )
        return name

    def settle(self, name: str, cost_usd: float | None, **about: Any) -> None:
        """Book what a request cost; None where it is unknown: all that was reserved."""
        with self._free:
            reserved = self._reserved.pop(name)
            cost = reserved if cost_usd is None else cost_usd
            self.spent += cost
            if reserved and cost > reserved:
                self._excess *= cost / reserved
            self._free.notify_all()
            self._add(
                SETTLED,
                request_id=name,
                cost_usd=cost,
                is_usage_known=cost_usd is not None,
                **about,
            )
            if about.get("is_final"):
                self.known[about["key"]] = _judgement(about)

    def end(self, **about: Any) -> None:
        """End the run, so that the next one has a budget of its own."""
        self.add(ENDED, run_id=self.run_id, **about)

    def add(self, event: str, **about: Any) -> None:
        """Add a line."""
        with self._free:
            self._add(event, **about)

    def _fits(self, most_usd: float) -> bool:
        out = sum(self._reserved.values())
        return self.spent + out + most_usd * self._excess <= self._budget

    def _add(self, event: str, **about: Any) -> None:
        line = {
            "event": event,
            "noted_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
        }
        assert self._handle is not None, "opened to read only"
        content = f"{json.dumps({**line, **about})}\n".encode()
        try:
            is_whole = os.write(self._handle, content) == len(content)
            os.fsync(self._handle)
        except OSError as error:
            raise InputError(
                f"{JUDGE_REQUESTS}: cannot write: {error.strerror}"
            ) from error
        if not is_whole:
            raise InputError(f"{JUDGE_REQUESTS}: cannot write: the disk is full")


@contextmanager
def opened(file: Path, budget: float) -> Iterator[Journal]:
    """Open the journal of a folder, locked until the block ends."""
    with ExitStack() as stack:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            stack.enter_context(_locked(file))
            lines = read(file)
            handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
            stack.callback(os.close, handle)
            if _is_torn(file):
                os.write(handle, b"\n")
        except OSError as error:
            raise InputError(f"{file}: cannot write: {error.strerror}") from error
        yield Journal(handle, lines, budget)


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    lock = exclusive_lock(file)
    try:
        lock.__enter__()
    except InputError as error:
        if not isinstance(error.__context__, Timeout):
            raise
        raise InputError(f"{file}: another run is judging: wait for it") from None
    try:
        yield
    finally:
        lock.__exit__(None, None, None)


def read(file: Path) -> list[dict[str, Any]]:
    """Return the lines; what a power cut left incomplete is skipped."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return []
    lines = []
    for line in content.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict):
            lines.append(entry)
    return lines


def judgements(lines: list[dict[str, Any]]) -> dict[str, Judgement]:
    """Return what is not asked for again, by its key.

    That is what was judged, and what a killed process was waiting for.
    """
    found: dict[str, Judgement] = {}
    settled = {line["request_id"] for line in lines if line.get("event") == SETTLED}
    for line in lines:
        event, key = line.get("event"), line.get("key")
        if key is None:
            continue
        if event == RESERVED and line["request_id"] not in settled:
            found.setdefault(key, INTERRUPTED)
        elif event == SETTLED and line.get("is_final"):
            found[key] = _judgement(line)
    return found


def _judgement(line: dict[str, Any]) -> Judgement:
    return Judgement(line.get("label"), line.get("score"), line.get("error_type"))


def _continued(lines: list[dict[str, Any]]) -> tuple[str, float]:
    """Return the id of the run that did not end and what it spent, or of a new one."""
    ended = {line.get("run_id") for line in lines if line.get("event") == ENDED}
    open_runs = [
        line["run_id"]
        for line in lines
        if line.get("event") == STARTED and line["run_id"] not in ended
    ]
    if not open_runs:
        return uuid.uuid4().hex, 0.0
    costs = {
        line["request_id"]: line["cost_usd"]
        for line in lines
        if line.get("event") == SETTLED
    }
    spent = sum(
        costs.get(line["request_id"], line["reserved_usd"])
        for line in lines
        if line.get("event") == RESERVED and line["run_id"] == open_runs[-1]
    )
    return open_runs[-1], spent


def _is_torn(file: Path) -> bool:
    content = file.read_bytes()
    return bool(content) and not content.endswith(b"\n")

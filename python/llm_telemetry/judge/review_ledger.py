"""The review ledger: which calls were drawn for a review, and what reviewers said.

A line is a batch (``covers_until``), which is the calls of one day that were drawn
from, a draw (``review_probability``) or a review (``label``). A call is drawn from
once: a later run adds the calls after those that earlier batches cover. A batch that
drew nothing, and could draw nothing at random, leaves its calls to later runs.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llm_telemetry.decisions.types import plain
from llm_telemetry.files import journal

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]

LABELS = ("ok", "failure", "unsure")
DIMENSION = "bad_answer"
# as the artifact writes times, in UTC
TIME = "%Y-%m-%dT%H:%M:%S.%fZ"


@dataclass(frozen=True)
class Draw:
    """A call that a person was asked to review."""

    interaction_id: str
    timestamp_utc: str
    review_reason: str
    review_probability: float
    drawn_at: str
    policy_id: str


@dataclass(frozen=True)
class Review:
    """What one person said of an answer; the note stays in the ledger."""

    interaction_id: str
    dimension: str
    label: str
    reviewer: str
    reviewed_at: str
    note: str = ""


def record_draws(
    file: Path, queue: "pd.DataFrame", *, policy_id: str, drawn_at: str, zone: str
) -> int:
    """Append the calls of a queue that no earlier batch covers; return their number.

    ``queue`` has interaction_id, timestamp_utc (UTC), review_reason, action_review and
    review_probability of every call of the evaluation window. Days are those of the
    time zone. Raises InputError if the ledger cannot be written.
    """
    if queue.empty:
        return 0
    with journal.opened(file) as ledger:
        covered, seen = _covered(_rows(ledger))
        times = queue["timestamp_utc"].dt.strftime(TIME)
        fresh = queue.assign(timestamp_utc=times)[times > covered]
        days = queue["timestamp_utc"].loc[fresh.index]
        days = days.dt.tz_localize("UTC").dt.tz_convert(zone).dt.date
        signed = {"policy_id": policy_id, "drawn_at": drawn_at}
        written: list[Row] = []
        for _, calls in fresh.groupby(days):
            batch = _batch(calls, covered, signed)
            # of sessions that started before, no call is in the queue
            batch[0]["sessions_from"] = times.min()
            covered = calls["timestamp_utc"].max()
            # what drew nothing is noted once
            if covered > seen or not _is_idle(batch[0], len(batch) - 1):
                written += batch
        ledger.append([_line(row) for row in written])
    return sum("review_probability" in row for row in written)


def _covered(rows: Iterable[Row]) -> tuple[str, str]:
    """Return until when calls were drawn from, and until when there are batches."""
    covered = seen = until = ""
    for row in rows:
        if "covers_until" in row:
            until = row["covers_until"]
            seen = max(seen, until)
        # the draws of a batch follow it
        if "review_probability" in row or (
            "covers_until" in row and not _is_idle(row, 0)
        ):
            covered = max(covered, until)
    return covered, seen


def _is_idle(batch: Row, drawn: int) -> bool:
    """Say whether a batch drew nothing, and could draw nothing at random."""
    return drawn == 0 and batch["audit_probability"] == 0


def _batch(calls: "pd.DataFrame", covered: str, signed: Row) -> list[Row]:
    """Return the line of one day's batch, and one per drawn call."""
    first = datetime.strptime(calls["timestamp_utc"].min(), TIME)
    just_before = (first - timedelta(microseconds=1)).strftime(TIME)
    batch = {
        "covers_after": max(covered, just_before),
        "covers_until": calls["timestamp_utc"].max(),
        "calls": len(calls),
        # of a call that its score did not choose
        "audit_probability": float(calls["review_probability"].min()),
    }
    columns = ["interaction_id", "timestamp_utc", "review_reason", "review_probability"]
    drawn = calls.loc[calls["action_review"], columns].to_dict("records")
    return [{**batch, **signed}, *({**row, **signed} for row in drawn)]


def record_reviews(file: Path, reviews: Sequence[Review]) -> int:
    """Append the reviews that are not in the ledger yet; return their number.

    Raises InputError if the ledger cannot be written.
    """
    with journal.opened(file) as ledger:
        known = {_said(row) for row in _rows(ledger) if "label" in row}
        fresh = [vars(review) for review in reviews if _said(vars(review)) not in known]
        ledger.append([_line(row) for row in fresh])
    return len(fresh)


def load(file: Path) -> tuple[list[Draw], list[Review]]:
    """Return the draws, each call's first only, and the reviews, oldest first."""
    if not file.exists():
        return [], []
    found = [
        row for line in file.read_bytes().splitlines() if (row := journal.row_of(line))
    ]
    draws: dict[str, Draw] = {}
    for row in found:
        if "review_probability" in row:
            draws.setdefault(row["interaction_id"], Draw(**_fields(Draw, row)))
    reviews = [Review(**_fields(Review, row)) for row in found if "label" in row]
    return list(draws.values()), reviews


def awaited(draws: Iterable[Draw], reviews: Iterable[Review]) -> list[Draw]:
    """Return the draws that nobody reviewed, audits before what the score chose.

    Without the audits there is no rate; within each, the oldest come first.
    """
    done = {review.interaction_id for review in reviews}
    waiting = [draw for draw in draws if draw.interaction_id not in done]
    return sorted(
        waiting,
        key=lambda draw: (draw.review_reason != "audit", draw.timestamp_utc),
    )


def _rows(ledger: journal.Journal) -> list[Row]:
    return _parsed(ledger.content())


def _parsed(content: bytes) -> list[Row]:
    return [row for line in content.splitlines() if (row := journal.row_of(line))]


def _said(row: Mapping[str, Any]) -> tuple[Any, ...]:
    # the same word of the same person, whenever it was read
    return tuple(row.get(name) for name in Review.__dataclass_fields__)


def _fields(kind: type[Draw] | type[Review], row: Row) -> Row:
    return {name: row[name] for name in kind.__dataclass_fields__ if name in row}


def _line(row: Mapping[str, Any]) -> bytes:
    return f"{json.dumps(plain(dict(row)), allow_nan=False)}\n".encode()

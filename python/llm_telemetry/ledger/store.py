"""The ledger of decisions, predictions and outcomes, which outlives the bundles."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from llm_telemetry.decisions.types import plain
from llm_telemetry.files import journal
from llm_telemetry.files.journal import check, row_of

__all__ = ["LEDGER", "REVIEWS", "append", "check"]

LEDGER = "decision_ledger.jsonl"
# of the calls drawn for a review, and of what reviewers say
REVIEWS = "review_ledger.jsonl"
# a prediction or outcome is the same one whichever run wrote it, on whichever data; a
# decision is another one
SIGNED = ("decision_id", "as_of")
JUDGED = ("judged_by", "judged_as_of")


def append(file: Path, entries: Sequence[Mapping[str, Any]]) -> int:
    """Append the entries that are not in the ledger yet; return their number.

    They are appended in one write under a lock. After an incomplete last line, as a
    power cut leaves it, they start on a new line; incomplete lines are skipped, here
    and by the models. Raises InputError if the ledger cannot be written.
    """
    with journal.opened(file) as ledger:
        known = {_content(line) for line in ledger.content().splitlines()}
        fresh = [
            line for entry in entries if _content(line := _line(entry)) not in known
        ]
        ledger.append(fresh)
    return len(fresh)


def _line(entry: Mapping[str, Any]) -> bytes:
    return f"{json.dumps(plain(dict(entry)), allow_nan=False)}\n".encode()


def _content(line: bytes) -> str | None:
    """Return what tells a line from others; None if it is incomplete."""
    entry = row_of(line)
    if entry is None:
        return None
    is_decision = "decision" in entry
    left_out = () if is_decision else JUDGED if "realised_value" in entry else SIGNED
    kept = {key: value for key, value in entry.items() if key not in left_out}
    return json.dumps(kept, sort_keys=True)

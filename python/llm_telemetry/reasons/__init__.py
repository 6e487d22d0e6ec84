"""What every reason of a decision means, from the one list of them, reasons.json."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import product

# what may replace a name in angle brackets; for other names, any word
VALUES = {
    "budget": ("cost", "failures", "sla"),
    "alert": ("1d", "3d", "7d", "28d"),
    "count": ("0", "1"),
    "knob": ("sla_ms",),
}
PLACE = re.compile(r"<(\w+)>")


@dataclass(frozen=True)
class Reason:
    """A code, the decisions that give it, its words, and what to do about it.

    A ``<name>`` in the code stands for a word: `<budget>_<alert>_firing`.
    """

    reason: str
    decisions: tuple[str, ...]
    words: str
    advice: str

    def is_of(self, code: str) -> bool:
        """Say whether a code, as a decision writes it, is this reason."""
        pattern = PLACE.sub(r"[a-z0-9_]+", self.reason)
        return re.fullmatch(pattern, code) is not None

    def codes(self) -> Iterable[str]:
        """Yield the code with each value in the places of names."""
        places = PLACE.findall(self.reason)
        for values in product(*(VALUES[place] for place in places)):
            code = self.reason
            for place, value in zip(places, values, strict=True):
                code = code.replace(f"<{place}>", value)
            yield code


@cache
def listed() -> tuple[Reason, ...]:
    """Return every reason, in the order of the list."""
    file = resources.files("llm_telemetry.reasons") / "reasons.json"
    return tuple(
        Reason(row["reason"], tuple(row["decisions"]), row["words"], row["advice"])
        for row in json.loads(file.read_text(encoding="utf-8"))
    )


def of_decision(decision: str) -> tuple[Reason, ...]:
    """Return the reasons that a decision gives."""
    return tuple(one for one in listed() if decision in one.decisions)


def found(written: str) -> list[Reason]:
    """Return the reasons that a text means, of whichever decision.

    Beside a code, what decisions write: `integrity_degraded: <check> (<column>)`, and
    `<guard>: <code>` of the gate.
    """
    parts = [written, *written.split(": ", 1)]
    for code in dict.fromkeys(part.strip() for part in parts):
        if known := [one for one in listed() if one.is_of(code)]:
            return known
    return []


def words(written: str, decision: str) -> str:
    """Return the meaning of a decision's reason; empty for an unknown one."""
    known = [one for one in found(written) if decision in one.decisions]
    return known[0].words if known else ""


def explained(written: str, decision: str) -> str:
    """Return a decision's reason with its meaning; an unknown one as it is."""
    meaning = words(written, decision)
    if not meaning:
        return written
    # what follows a code says where
    return f"{written}; {meaning}" if ": " in written else f"{written}: {meaning}"

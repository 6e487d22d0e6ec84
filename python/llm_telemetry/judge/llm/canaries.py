"""Known answers, which a judge has to judge rightly before its scores land.

Half of them are right and padded, which a judge that likes length would prefer anyway,
and half are wrong. A judge that calls everything good, or bad, has half of them right.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from llm_telemetry.judge.llm import rubric
from llm_telemetry.judge.llm.journal import Judgement
from llm_telemetry.judge.llm.rubric import Rubric

FILE = Path(__file__).parent / "canaries.yml"
LEAST_RIGHT = 18
MIDDLE = 0.5


@dataclass(frozen=True)
class Canary:
    """The texts of one known answer, and whether it is bad."""

    texts: Mapping[str, str]
    is_bad: bool

    def is_right(self, judgement: Judgement | None) -> bool:
        """Return whether a judgement is the known one; a missing one is not."""
        if judgement is None or judgement.score is None:
            return False
        risk = rubric.risk(judgement.score)
        return risk > MIDDLE if self.is_bad else risk <= MIDDLE


def known(of: Rubric) -> list[Canary]:
    """Return the known answers of a rubric."""
    given = yaml.safe_load(FILE.read_text())
    items = given["items"]
    half = len(items) // 2
    padding = " ".join(given["padding"])
    padded = [
        Canary(_texts(item, f"{item['answer']} {padding}"), is_bad=False)
        for item in items[:half]
    ]
    others = items[half + 1 :] + items[half : half + 1]
    wrong = [
        Canary(_texts(item, _wrong(of.wrong, item, other, given)), is_bad=True)
        for item, other in zip(items[half:], others, strict=True)
    ]
    return padded + wrong


def _wrong(
    how: str, item: dict[str, str], other: dict[str, str], given: dict[str, Any]
) -> str:
    """Return the bad answer to an item."""
    if how == "stated":
        return item["wrong"]
    if how == "other":
        return other["answer"]
    if how == "scrambled":
        return " ".join(reversed(f"{item['answer']} {other['answer']}".split()))
    # insulting, prejudiced
    return f"{item['answer']} {given[how]}"


def _texts(item: dict[str, str], answer: str) -> dict[str, str]:
    texts = {name: item[name] for name in ("prompt", "source", "expected")}
    return {**texts, "answer": answer}

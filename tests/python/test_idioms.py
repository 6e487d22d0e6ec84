"""What people read is written in plain technical English: no idiom of this list."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT

# the help of every command is in docs/reference/cli.md, which follows from the code
READ = (
    *("README.md", "CONTRIBUTING.md", "docs/**/*.md", "models/**/*.md"),
    *("models/**/*.yml", "models/**/*.sql", "macros/**/*.sql", "dbt_project.yml"),
    *("seeds/*.yml", "seeds/integrity_rules.csv", "tests/**/*.sql"),
    *("python/**/*.py", "python/**/*.json", "examples/*.py"),
)
COUNTED = "USD|times|calls|failures|reviews|tokens|rows|pages"
PERIODS = "day|week|month|quarter|year"
UNITS = rf"{PERIODS}|call|interaction|session|core|problem|use case|partition"
# what is written, by what to write instead; a space is any white space
IDIOMS = {
    r"holds? zero": "includes zero",
    r"beyond chance\b": "statistically significant",
    r"by lot": "at random",
    rf"(?:{COUNTED}|one \w+) an? (?:{UNITS})": "per",
    r"per an? \w+": "per",
    r"missing (?:data |values )?decides?": "the verdict depends on missing data",
    r"(?:is|are) no probability": "an invalid probability",
    r"(?:a|the|is|are|too) dear(?:er|est)?": "expensive",
    r"nobody (?:knows|sees)": "unknown, hidden",
    r"whoever": "anyone who",
    r"surely": "the whole interval, certainly",
    r"begun": "started",
    r"knowingly": "if you accept the gap",
    r"(?:is|are) held\b": "retained, stored, locked",
    r"held (?:no more|against|to)": "retained, compared with",
    r"no longer held": "no longer retained",
    r"belongs? into": "belongs in",
    r"knows? no": "does not have",
    r"(?:could|would|might) turn it": "could change the verdict",
    r"say (?:--\w+|\w+_\w+|which provider)": "pass, fill in",
    r"let it end": "wait for it to finish",
    r"(?:should|needs? to) get up": "page someone",
    r"reasoning apart": "separately",
    r"(?:is|are) typed once|type every file": "parsed",
    r"make every rollup": "rebuild",
    r"merely doubtful": "questionable",
    r"proven to beat|is proven|loses to it": "is shown to",
    r"(?:is|are) told\b": "reported, distinguished",
    r"stands? (?:beside|there|in (?:the mart|this file|\.venv))": "is in",
    r"they stand in": "they are in",
    r"a day costs a day": "takes constant time",
    r"bars? (?:is|are|that are) missed": "target is not reached",
    r"would change change": "the effect is unknown",
    r"for so many (?:days|calls)": "for that many",
    r"once a process": "once per process",
}
# lines may break between words, in a comment too
SPACE = r"[\s#*]+"
PATTERNS = {
    idiom: re.compile(rf"\b(?:{idiom.replace(' ', SPACE)})\b", re.I) for idiom in IDIOMS
}


def found(text: str) -> Iterator[str]:
    """Yield each idiom of a text with its line and what to write instead."""
    for idiom, pattern in PATTERNS.items():
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            yield f"{line}: {' '.join(match[0].split())!r}: {IDIOMS[idiom]}"


def names() -> list[Path]:
    return sorted({file for pattern in READ for file in ROOT.glob(pattern)})


def test_no_text_has_an_idiom() -> None:
    wrong = [
        f"{file.relative_to(ROOT)}:{fault}"
        for file in names()
        for fault in found(file.read_text())
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "text",
    [
        "the interval holds zero",
        "4,000 calls a day",
        "USD an\n    interaction",
        "what is missing decides",
        "raise it knowingly",
        "let it end, or say --wait",
        "with one line a problem",
        "One row per a decision",
        "days that are\n# held",
    ],
)
def test_an_idiom_is_found(text: str) -> None:
    assert list(found(text))


@pytest.mark.parametrize(
    "text",
    [
        "the row belongs to a day, calls and a week",
        "100 calls per day",
        "on held-out sessions",
        "the share of a budget up to which values may be missing",
        "OpenTelemetry baggage",
        "the log says which model answered",
    ],
)
def test_plain_words_are_left_alone(text: str) -> None:
    assert not list(found(text))

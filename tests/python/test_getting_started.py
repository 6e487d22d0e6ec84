"""What the page for a first decision shows is what its files and commands give."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import ROOT

from llm_telemetry.cli import main

PAGE = ROOT / "docs" / "guides" / "getting-started.md"
WRONG_INPUT = 2


@dataclass(frozen=True)
class Step:
    """A file to write, or a command with what it prints; `...` is any text."""

    kind: str
    name: str
    text: str


def steps(page: str) -> list[Step]:
    """Return the files and commands of a page in their order."""
    fenced = r"(?:^`([^`\n]+)`\n\n)?^```(\w+)\n(.*?)^```$"
    found = []
    for name, kind, text in re.findall(fenced, page, re.M | re.S):
        if kind == "console":
            command, _, printed = text.partition("\n")
            found.append(Step(kind, command.removeprefix("$ "), printed))
        else:
            found.append(Step(kind, name, text))
    return found


def is_printed(expected: str, printed: str) -> bool:
    """Say whether a text is as expected, where `...` is any text."""
    pattern = ".*".join(map(re.escape, expected.rstrip("\n").split("...")))
    return re.fullmatch(pattern, printed.rstrip("\n"), re.S) is not None


def test_only_three_dots_are_any_text() -> None:
    assert is_printed("a\n...\nc\n", "a\nb\nb\nc\n")
    assert not is_printed("a\nb\n", "a\nb\nc\n")
    assert not is_printed("a.c", "abc")


def test_every_file_and_command_of_the_page_does_what_it_says(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    codes = {}
    for step in steps(PAGE.read_text()):
        if step.kind != "console":
            file = tmp_path / step.name
            file.parent.mkdir(exist_ok=True)
            file.write_text(step.text)
            continue
        program, command, *words = shlex.split(step.name)
        assert program == "llm-telemetry"
        codes[command] = main([command, *words])
        said = capsys.readouterr()
        # how old the calls are depends on the day; stages are a bar on a terminal
        unprinted = r"^(! the newest call is .*|building the marts|deciding)\n"
        warned = re.sub(unprinted, "", said.err, flags=re.M)
        assert is_printed(step.text, warned + said.out), f"{step.name}:\n{said}"
    assert codes == {"validate": WRONG_INPUT, "run": 0, "explain": 0}
    reasons = (tmp_path / "artifacts" / "README.md").read_text()
    assert "too_few_failures" in reasons


def test_the_file_of_the_page_has_ten_lines_and_no_name_of_the_contract() -> None:
    (table,) = (step.text for step in steps(PAGE.read_text()) if step.kind == "csv")
    assert len(table.splitlines()) == 10
    contract = (ROOT / "seeds" / "contract_columns.csv").read_text()
    names = {line.split(",")[1] for line in contract.splitlines()}
    assert not names & set(table.splitlines()[0].split(","))

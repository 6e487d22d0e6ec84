"""`init` writes settings that change nothing and a table without rows, once."""

import csv
import re
from pathlib import Path

import pytest
from conftest import SAMPLE

from llm_telemetry.cli import main
from llm_telemetry.config.knobs import declared
from llm_telemetry.config.settings_file import NAME, load
from llm_telemetry.config.template import CALLS, settings


def header(file: Path) -> list[str]:
    """Return the first line of a CSV file, which has no other."""
    (only,) = csv.reader(file.read_text().splitlines())
    return only


def test_it_writes_the_contract_and_settings_that_change_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "new"
    assert main(["init", str(folder)]) == 0
    expected = {folder / CALLS, folder / NAME}
    assert set(map(Path, capsys.readouterr().out.splitlines())) == expected
    assert {file for file in folder.iterdir() if file.suffix != ".lock"} == expected
    set_by_it = load(folder / NAME)
    assert dict(set_by_it.paths) == {"data_dir": folder}
    assert not set_by_it.knobs
    known = (SAMPLE / CALLS).read_text().splitlines()[0].split(",")
    assert set(known) <= set(header(folder / CALLS))


def test_every_commented_knob_can_be_uncommented(tmp_path: Path) -> None:
    text = re.sub(r"^  # ", "  ", settings(), flags=re.M)
    (tmp_path / NAME).write_text(text)
    found = load(tmp_path / NAME).knobs
    defaults = {name: str(knob.default) for name, knob in declared().items()}
    del defaults["sources"]
    assert {name: value for name, value in found.items()} == defaults


@pytest.mark.parametrize("there", [NAME, CALLS])
def test_it_replaces_nothing(
    there: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(there).write_text("mine")
    assert main(["init"]) == 2
    assert capsys.readouterr().err == f"{there}: already exists: move it away first\n"
    assert [file.name for file in tmp_path.iterdir()] == [there]
    assert Path(there).read_text() == "mine"


def test_a_folder_that_cannot_be_written_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert main(["init", str(tmp_path / "file")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{tmp_path / 'file'}: cannot write: ")

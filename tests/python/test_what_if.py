"""Other knobs after a build: `decide` and `gate` refuse them, or show their effect."""

import hashlib
import shutil
from pathlib import Path

import pytest
from conftest import Run

from llm_telemetry.cli import main
from llm_telemetry.config.what_if import is_in_marts, parse
from llm_telemetry.errors import InputError


@pytest.fixture
def built(sample_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with the sample's bundle; its warehouse is w.duckdb beside it."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(sample_run.out_dir, tmp_path / "artifacts")
    shutil.copyfile(sample_run.warehouse, tmp_path / "w.duckdb")
    return tmp_path


def contents(folder: Path) -> dict[str, str]:
    """Return the digest of every file below a folder."""
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file()
    }


VERSIONS = ("--by", "model_name", "--baseline", "a", "--candidate", "b")
ARTIFACT = "artifacts/decision_artifact.json"
ARTIFACTS = ("--baseline-artifact", ARTIFACT, "--candidate-artifact", ARTIFACT)


@pytest.mark.parametrize(
    "words",
    [
        ("decide", "--warehouse", "w.duckdb"),
        ("gate", "--warehouse", "w.duckdb", *VERSIONS),
        ("gate", *ARTIFACTS),
    ],
)
def test_a_knob_that_is_not_the_build_s_is_refused(
    words: tuple[str, ...],
    built: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("REVIEW_COST", "1")
    # written in another way, but the same
    monkeypatch.setenv("SLA_MS", "2.2e3")
    monkeypatch.setenv("SOURCES", " telemetry_csv ")
    Path("llm-telemetry.yml").write_text("knobs: {fail_budget: 0.3}\n")
    before = contents(built)
    assert main(list(words)) == 2
    assert capsys.readouterr().err.splitlines() == [
        "FAIL_BUDGET: 0.3 (file) where the build used 0.02: "
        "build again with run, or unset it",
        "REVIEW_COST: 1 (environment) where the build used 2: "
        "build again with run, or unset it",
    ]
    assert contents(built) == before


def test_decide_accepts_the_knobs_of_the_build(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REVIEW_COST", "2.00")
    assert main(["decide", "--quiet", "--warehouse", "w.duckdb"]) in (0, 1)


def test_what_if_shows_the_verdicts_and_writes_nothing(
    built: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["decide", "--warehouse", "w.duckdb"]
    before = contents(built)
    assert main([*command, "--what-if", "review_cost=0.01"]) in (0, 1)
    tried = capsys.readouterr().out
    assert tried.endswith("\nwhat if review_cost=0.01: nothing was written\n")
    assert contents(built) == before
    assert main([*command, "--what-if", "review_cost=2"]) in (0, 1)
    assert capsys.readouterr().out.splitlines()[:-1] != tried.splitlines()[:-1]


def test_what_if_makes_no_artifact(
    built: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [
        "decide",
        "--warehouse",
        "w.duckdb",
        "--json",
        "--what-if",
        "review_cost=1",
    ]
    assert main(words) == 2
    assert capsys.readouterr().err.startswith("--what-if: no artifact is made")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sla_ms=3000", "the marts depend on it: build others with SLA_MS=3000"),
        ("sources=otlp", "the marts depend on it"),
        ("reviewcost=1", "no such knob: did you mean review_cost?"),
        ("review_cost", "'' is not a number"),
        ("review_cost=-1", "-1 is outside its range, at least 0"),
        ("release_min_sessions=5", "no decision depends on it"),
    ],
)
def test_what_cannot_be_tried_is_one_line(text: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        parse([text])
    (line,) = error.value.lines
    assert said in line


def test_what_if_takes_several_in_either_case() -> None:
    assert parse(["REVIEW_COST=1", "review_repair_share=0.5"]) == {
        "review_cost": 1,
        "review_repair_share": 0.5,
    }


@pytest.mark.parametrize(
    ("knob", "expected"),
    [("sla_ms", True), ("window_days", True), ("review_cost", False)],
)
def test_a_knob_that_sql_reads_is_in_the_marts(knob: str, expected: bool) -> None:
    assert is_in_marts(knob) == expected

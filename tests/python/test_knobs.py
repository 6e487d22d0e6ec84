"""Knobs: their ranges hold in Python and in dbt, and what they are set to is shown."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from llm_telemetry.cli import main
from llm_telemetry.config.knobs import Knob, declared

NUMBERS = [knob for knob in declared().values() if not knob.is_text]


def knob(**limits: float) -> Knob:
    """Return a knob that is declared nowhere."""
    return Knob("sla_ms", 1, "ms", "a meaning", **limits)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("limits", "value", "is_in_range"),
    [
        ({"min": 0}, "0", True),
        ({"min": 0}, "-0.001", False),
        ({"above": 0}, "0", False),
        ({"above": 0}, "1e-9", True),
        ({"min": 0, "max": 1}, "1", True),
        ({"min": 0, "max": 1}, "1.0000001", False),
        ({"above": 0, "below": 1}, "1", False),
        ({"whole": True, "min": 1}, "3.0", True),
        ({"whole": True, "min": 1}, "1.5", False),
        ({"min": 0}, "nan", False),
        ({"min": 0}, "inf", False),
    ],
)
def test_a_range_includes_its_minimum_and_maximum_only(
    limits: dict[str, float], value: str, is_in_range: bool
) -> None:
    assert (knob(**limits).problem(value) is None) == is_in_range


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"min": 0, "max": 1}, "0 to 1"),
        ({"min": 0, "max": 1, "whole": True}, "0 or 1"),
        ({"above": 0, "max": 1}, "more than 0, at most 1"),
        ({"whole": True, "min": 1}, "whole numbers, at least 1"),
    ],
)
def test_a_range_is_said_in_words(limits: dict[str, float], words: str) -> None:
    assert knob(**limits).range == words


@given(known=st.sampled_from(NUMBERS), value=st.floats())
def test_python_accepts_what_the_declared_limits_contain(
    known: Knob, value: float
) -> None:
    limits = (
        known.min is None or value >= known.min,
        known.max is None or value <= known.max,
        known.above is None or value > known.above,
        known.below is None or value < known.below,
        abs(value) != float("inf"),
    )
    is_right = all(limits) and (not known.whole or value == int(value))
    assert (known.problem(repr(value)) is None) == is_right


def test_every_knob_out_of_range_is_one_line_before_anything_is_built(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in {
        "SLA_MS": "-5",
        "FAIL_BUDGET": "2",
        "WINDOW_DAYS": "1.5",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("llm_telemetry.cli.build_marts", None)
    out = ["--out-dir", str(tmp_path / "out")]
    assert main(["run", "--data-dir", str(tmp_path / "gone"), *out]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "SLA_MS: -5 is outside its range, more than 0: set it within or unset it",
        "FAIL_BUDGET: 2 is outside its range, more than 0, at most 1: "
        "set it within or unset it",
        "WINDOW_DAYS: 1.5 is outside its range, whole numbers, at least 0: "
        "set it within or unset it",
        f"{tmp_path / 'gone'}: folder not found: pass the folder of the telemetry",
    ]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("0", "SLA_MS is 0: out of the range in dbt_project.yml"),
        ("nan", "SLA_MS is nan: out of the range in dbt_project.yml"),
        ("soon", "SLA_MS is 'soon': set it to a number"),
    ],
)
def test_dbt_alone_refuses_what_is_out_of_range(
    value: str, said: str, tmp_path: Path
) -> None:
    command = [
        *(sys.executable, "-c", "from dbt.cli.main import cli; cli()"),
        *("compile", "--quiet", "--inline", "select {{ knob('sla_ms') }}"),
        *("--project-dir", str(ROOT), "--profiles-dir", str(ROOT)),
        *("--target-path", str(tmp_path), "--log-path", str(tmp_path)),
    ]
    places = {"LLM_TELEMETRY_WAREHOUSE": str(tmp_path / "warehouse.duckdb")}
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, **places, "SLA_MS": value},
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert said in done.stdout + done.stderr


def test_the_list_of_knobs_says_what_each_is_and_what_set_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SLA_MS", "3000")
    assert main(["knobs", "--json"]) == 0
    listed = {row["knob"]: row for row in json.loads(capsys.readouterr().out)}
    assert list(listed) == list(declared())
    assert listed["sla_ms"] == {
        "knob": "sla_ms",
        "value": 3000,
        "unit": "ms",
        "range": "more than 0",
        "origin": "environment",
        "meaning": "a slower answer breaches the SLA",
    }
    assert listed["business_time_zone"]["value"] == "UTC"
    assert listed["fail_budget"]["origin"] == "default"

    assert main(["knobs"]) == 0
    printed = capsys.readouterr().out
    assert "sla_ms = 3000 ms (more than 0), environment\n    a slower" in printed


def test_a_wrong_knob_is_not_listed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SLA_MS", "0")
    assert main(["knobs"]) == 2
    assert capsys.readouterr().err.startswith("SLA_MS: 0 is outside its range")

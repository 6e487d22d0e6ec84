"""`dbt build` alone ends with the lines that `llm-telemetry validate` prints."""

import logging
import os
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path

import pytest
import warm_dbt
from conftest import ROOT
from damage import everything_at_once, with_value, without_file

from llm_telemetry.cli import main
from llm_telemetry.warehouse.dbt_plugin import LOG_BYTES, Plugin

Built = Callable[[Path], tuple[int, list[str]]]


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Return what builds the checks of a folder: dbt's exit code and its last lines."""
    place = tmp_path_factory.mktemp("dbt")

    def built(folder: Path) -> tuple[int, list[str]]:
        arguments = [
            *("build", "--select", "+integrity_checks", "--no-use-colors"),
            *("--exclude-resource-type", "unit_test", "--project-dir", str(ROOT)),
            *("--profiles-dir", str(ROOT), "--target", "duckdb"),
            *("--target-path", str(place), "--log-path", str(place)),
        ]
        own = {
            "LLMOPS_DATA_DIR": str(folder),
            "LLM_TELEMETRY_WAREHOUSE": str(place / "w.duckdb"),
        }
        printed: list[str] = []
        code = warm_dbt.run(arguments, os.environ | own, printed.append)
        # after the time; lines of JSON are for `llm-telemetry`
        lines = [line[10:].rstrip() for line in printed if not line.startswith("{")]
        after = max(number for number, line in enumerate(lines) if " of " in line[:12])
        end = next(n for n, line in enumerate(lines) if line.startswith("Finished"))
        return code, list(filter(None, lines[after + 1 : end]))

    return built


def validated(folder: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return the problems that `validate` prints of a folder."""
    capsys.readouterr()
    code = main(["validate", "--data-dir", str(folder)])
    printed = capsys.readouterr()
    if code:
        return printed.err.splitlines()
    return printed.out.splitlines()[2:]


def test_gates_that_fail_are_named_as_validate_names_them(
    build: Built, sample_copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    everything_at_once(sample_copy)
    with_value("latency_ms", "843 ms", slice(0, 400))(sample_copy)
    expected = validated(sample_copy, capsys)
    assert len(expected) == 4
    code, lines = build(sample_copy)
    assert code == 1
    # then what is only questionable
    assert lines[:4] == expected
    assert {line.split(":")[0] for line in lines[4:]} == {"degraded"}


def test_what_is_only_questionable_is_named_and_a_sound_build_says_nothing(
    build: Built, sample_copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build(sample_copy) == (0, [])
    with_value("propensity", "2")(sample_copy)
    expected = validated(sample_copy, capsys)
    assert len(expected) == 1
    assert expected[0].startswith("degraded: interactions.propensity: not_a_prob")
    assert build(sample_copy) == (0, expected)


def test_a_file_that_is_missing_is_named(build: Built, sample_copy: Path) -> None:
    without_file("llm_system_interactions.csv")(sample_copy)
    code, lines = build(sample_copy)
    assert code == 1
    assert lines[0].startswith("interactions.file: required_file: 1 of 1")


@pytest.mark.parametrize("is_own", [True, False])
def test_the_log_of_this_project_is_limited(is_own: bool, tmp_path: Path) -> None:
    log = logging.getLogger("file_log")
    handler = RotatingFileHandler(tmp_path / "dbt.log", maxBytes=10**7, backupCount=5)
    log.addHandler(handler)
    try:
        Plugin("plugin", {"is_quick_and_brief": is_own}, credentials=None)
    finally:
        log.removeHandler(handler)
        handler.close()
    limits = (handler.maxBytes, handler.backupCount)
    assert limits == ((LOG_BYTES, 1) if is_own else (10**7, 5))

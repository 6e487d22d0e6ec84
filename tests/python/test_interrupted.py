"""What Ctrl-C says: what the command has written, and what has not been."""

import json
import os
import signal
import threading
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import ROOT
from fake_judge import PRICE, endpoint, says, text
from judge_runs import landed as scored
from judge_runs import prepare
from staged_otlp import call, landed, request

from llm_telemetry import cli, interrupted
from llm_telemetry.judge import command

CALLS = 12


def stop(*given: object, **named: object) -> None:
    """Be interrupted."""
    raise KeyboardInterrupt


def said(role: str, words: str) -> str:
    """Return a list of one message, as the conventions of OpenTelemetry have it."""
    return json.dumps([{"role": role, "parts": [{"type": "text", "content": words}]}])


@pytest.fixture(scope="module")
def telemetry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Land calls with a prompt and an answer each."""
    folder = tmp_path_factory.mktemp("telemetry")
    spans = [
        call(
            str(number),
            at=(number * 1_000, number * 1_000 + 500),
            input__messages=said("user", "zyxomat question"),
            output__messages=said("assistant", f"quorblix answer {number}"),
        )
        for number in range(1, CALLS + 1)
    ]
    landed(folder / "otlp", request(*spans))
    return folder


def judge(telemetry: Path, out_dir: Path, *words: str) -> int:
    """Run the command on the telemetry."""
    places = ("--data-dir", str(telemetry), "--sources", "otlp")
    return cli.main(["judge", *places, "--out-dir", str(out_dir), *words])


def test_a_judging_model_that_is_interrupted_goes_on(
    telemetry: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    prepare(monkeypatch)
    lock = threading.Lock()

    def answer(asked: dict[str, Any]) -> dict[str, Any]:
        with lock:
            state.answers += 1
            if state.answers == 4:
                os.kill(os.getpid(), signal.SIGINT)
        return says(text("good", 5))

    with endpoint(delay=0.05) as state:
        state.answers, state.answer = 0, answer
        words = (
            *("--endpoint", state.url, "--rubric", "qa", "--price", PRICE),
            *("--sample", "1", "--budget-usd", "1", "--parallel", "1", "--json"),
        )
        assert judge(telemetry, tmp_path, *words) == 130
        line = capsys.readouterr().err.splitlines()[-1]
        assert line == f"interrupted: {command.KEPT}"
        assert state.answers < CALLS
        assert scored(tmp_path).empty
        # as the line says
        assert judge(telemetry, tmp_path, *words) == 0
        again = json.loads(capsys.readouterr().out)
    assert again["cached"] >= 2
    assert again["cached"] + again["judged"] == len(scored(tmp_path)) == CALLS
    asked = {name: n for name, n in state.asked.items() if "quorblix" in name}
    assert set(asked.values()) == {1}


def test_interrupted_code_has_scored_nothing(
    telemetry: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("os.rename", stop)
    assert judge(telemetry, tmp_path, "--dimensions", "words") == 130
    assert capsys.readouterr().err.endswith(
        "interrupted: no scores were written: all are, or none, at the end of the "
        "command\n"
    )
    assert scored(tmp_path).empty


def test_interrupted_categories_name_their_file(
    telemetry: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "categories.csv"
    monkeypatch.setattr("llm_telemetry.judge.categories.of_texts", stop)
    assert judge(telemetry, tmp_path, "--categories", str(file)) == 130
    wanted = f"interrupted: {file} was not written, or not in full\n"
    assert capsys.readouterr().err.endswith(wanted)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["run"], "interrupted: neither marts nor bundle were written"),
        (["decide"], "interrupted: no bundle was written"),
        (["watch"], "interrupted: what was recorded stays, and the next watch goes"),
        (["verify", "artifact.json"], "interrupted\n"),
        (["metrics"], "interrupted\n"),
    ],
)
def test_each_command_says_what_is_true_of_it(
    words: list[str],
    line: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setitem(cli.COMMANDS, words[0], stop)
    assert cli.main(words) == 130
    assert capsys.readouterr().err.startswith(line)


def test_every_line_is_of_a_command() -> None:
    assert interrupted.LEFT.keys() <= cli.COMMANDS.keys()


@pytest.mark.parametrize(
    ("step", "line"),
    [
        ("_decide", "neither marts nor bundle were written"),
        ("bundle.write", "the bundle may be the new one, the marts are those of"),
        ("promote.publish", "the bundle may be the new one, the marts are those of"),
        ("_report", "marts and bundle were written"),
    ],
)
def test_a_run_says_how_far_it_came(
    step: str,
    line: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    outcome = SimpleNamespace(
        fresh_rows=[], files={}, ledger=[], queue=None, time_zone="UTC"
    )
    outcome.artifact = {"decision_id": "", "as_of": ""}
    for name in ("promote.seal", "promote.check", "promote.publish", "bundle.write"):
        monkeypatch.setattr(f"llm_telemetry.cli.{name}", lambda *given: None)
    for name in ("store.append", "review_ledger.record_draws"):
        monkeypatch.setattr(f"llm_telemetry.cli.{name}", lambda *given, **named: None)
    monkeypatch.setattr(cli, "_build", lambda *given, **named: nullcontext(tmp_path))
    monkeypatch.setattr(cli, "_decide", lambda *given: outcome)
    monkeypatch.setattr(f"llm_telemetry.cli.{step}", stop)
    assert cli.main(["run", "--sample", "--out-dir", str(tmp_path)]) == 130
    assert f"interrupted: {line}" in capsys.readouterr().err

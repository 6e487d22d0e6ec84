"""A wrong option of a model as judge is one line, and nothing is sent."""

import errno
import math
import os
from pathlib import Path
from typing import Any

import pytest
from fake_judge import (
    calls,
    endpoint,
    options,
)
from judge_runs import COST, prepare, run

from llm_telemetry.errors import InputError
from llm_telemetry.judge import scores
from llm_telemetry.judge.llm import checks, command, journal


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(monkeypatch)


def test_a_dry_run_sends_and_writes_nothing(tmp_path: Path) -> None:
    with endpoint() as state:
        result = run(state, tmp_path, dry_run=True)
        assert not state.requests
        assert not list(tmp_path.iterdir())
        assert result.most_usd is not None
        assert result.most_usd > 12 * COST
        assert "12 calls to judge, 0 known already" in result.lines()[1]
        done = run(state, tmp_path)
        assert done.cost_usd <= result.most_usd
        before = len(state.requests)
        again = run(state, tmp_path, number=13, dry_run=True)
    assert (again.cached, len(state.requests)) == (12, before)
    assert again.most_usd is not None
    assert 0 < again.most_usd < result.most_usd / 6


def test_the_only_model_of_an_endpoint_need_not_be_named(tmp_path: Path) -> None:
    with endpoint() as state:
        assert run(state, tmp_path, number=1, model=None).model == "fake"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"endpoint": None}, "--endpoint: no URL: write one such as https://HOST/v1"),
        ({"endpoint": "ftp://x/v1"}, "--endpoint: no URL"),
        ({"endpoint": "http://[::1/v1"}, "--endpoint: no URL"),
        ({"endpoint": "https://u:p@x/v1"}, "--endpoint: a URL without user, password"),
        ({"endpoint": "https://x/v 1"}, "--endpoint: a URL without user, password"),
        ({"endpoint": "http://x.example/v1"}, "a key is sent over https:// only"),
        ({"rubric": None}, "--rubric: name one of accuracy, bias"),
        ({"rubric": "niceness"}, "--rubric: niceness: unknown"),
        ({"expected": None}, "--rubric: groundedness: needs the columns source of a"),
        ({"budget_usd": None}, "--budget-usd: name the most that this run may cost"),
        ({"budget_usd": math.nan}, "--budget-usd: name the most"),
        ({"budget_usd": -1.0}, "--budget-usd: name the most"),
        ({"price": "x"}, "--price: 'x': write INPUT,OUTPUT"),
        ({"price": None}, "--price: the price of fake is not in the price book"),
        ({"share": 0.0}, "--sample: 0: a share is above 0"),
        ({"request_timeout": 0.0}, "--request-timeout: a number of seconds above 0"),
        ({"key_env": "NO_KEY_HERE"}, "--key-env: NO_KEY_HERE is not set"),
        ({"model": None, "dry_run": True}, "--model: name the model: --dry-run asks"),
        ({"rubric": "accuracy"}, "none of 12 calls of the sample has prompt and exp"),
    ],
)
def test_a_wrong_option_is_one_line_and_nothing_is_sent(
    tmp_path: Path, changed: dict[str, Any], said: str
) -> None:
    frame = calls(12).assign(expected=None)
    with endpoint() as state:
        given = options(state.url, tmp_path)
        vars(given).update(changed)
        with pytest.raises(InputError) as error:
            command.judge(given, lambda: frame, set())
        assert not state.requests
    (line,) = error.value.lines
    assert said in line
    assert not list(tmp_path.iterdir())


def test_each_wrong_option_has_its_line(tmp_path: Path) -> None:
    given = options("x", tmp_path, rubric="x", budget_usd=None)
    with pytest.raises(InputError) as error:
        checks.checked(given)
    assert [line.split(":")[0] for line in error.value.lines] == [
        *("--rubric", "--endpoint", "--budget-usd")
    ]


@pytest.mark.parametrize("secret", [None, "", "short"])
def test_without_a_secret_nothing_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, secret: str | None
) -> None:
    monkeypatch.delenv("JUDGE_CACHE_SECRET")
    if secret is not None:
        monkeypatch.setenv("JUDGE_CACHE_SECRET", secret)
    with endpoint() as state:
        with pytest.raises(InputError, match="JUDGE_CACHE_SECRET: set it to a secret"):
            run(state, tmp_path)
        assert not state.requests


def test_a_model_of_this_machine_needs_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JUDGE_API_KEY")
    with endpoint() as state:
        assert run(state, tmp_path, number=1).scored == 1
    assert state.keys == {None}


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / scores.FOLDER).write_text("a file")
    with endpoint() as state:
        with pytest.raises(InputError, match="cannot write: ") as error:
            run(state, tmp_path)
        assert not state.requests
    assert len(error.value.lines) == 1


def test_a_full_disk_ends_the_run_before_a_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(handle: int, content: bytes) -> int:
        if b'"reserved"' in content:
            raise OSError(errno.ENOSPC, "No space left on device")
        return written(handle, content)

    written = os.write
    monkeypatch.setattr(journal.os, "write", write)
    with endpoint() as state:
        with pytest.raises(InputError, match="cannot write: No space left on device"):
            run(state, tmp_path)
        assert not state.requests

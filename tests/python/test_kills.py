"""What `make bench` does fifty times, a few times; and Ctrl-C."""

import importlib
import os
import random
import signal
import subprocess
import time
from pathlib import Path
from types import ModuleType

import pytest
from conftest import ROOT
from postgres_server import started
from repetitions import times


@pytest.fixture
def kills(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "bench")
    return importlib.import_module("kills")


def test_killed_runs_and_publishes_lose_nothing(
    kills: ModuleType, tmp_path: Path
) -> None:
    site, runs = kills.Site(tmp_path), times(1, 3)
    assert kills.kill_runs(site, runs, random.Random(3), every=3).total() == runs
    with started() as address:
        assert kills.kill_publishes(site, address, 1, random.Random(5)).total() == 1


@pytest.mark.parametrize("is_first", [True, False])
def test_an_interrupted_run_leaves_nothing_behind(
    is_first: bool, kills: ModuleType, tmp_path: Path
) -> None:
    site = kills.Site(tmp_path)
    command, landed = site.run(1), tmp_path / ".landed.w.duckdb"
    if not is_first:
        site.warehouse.write_text("an earlier good result")
    before = {file: file.read_bytes() for file in tmp_path.glob("*.duckdb")}
    with subprocess.Popen(
        command, start_new_session=True, stderr=subprocess.PIPE, text=True
    ) as process:
        # it is at work
        while process.poll() is None and not list(landed.glob("*.parquet")):
            time.sleep(0.01)
        # as a terminal does, to the processes of both Python and dbt
        os.killpg(process.pid, signal.SIGINT)
        _, error = process.communicate()
    assert process.returncode == 130
    assert error == "interrupted: neither marts nor bundle were written\n"
    left = {file for file in tmp_path.iterdir() if not file.name.startswith("data-")}
    # what was typed in full is used by the next run
    assert left == {*before, *([] if is_first else [landed])}
    assert not list(landed.glob("tmp_*"))
    assert {file: file.read_bytes() for file in before} == before

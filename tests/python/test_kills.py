"""What `make bench` does fifty times, four times."""

import importlib
import random
from pathlib import Path
from types import ModuleType

import pytest
from conftest import ROOT
from postgres_server import started


@pytest.fixture
def kills(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "bench")
    return importlib.import_module("kills")


def test_killed_runs_lose_nothing(kills: ModuleType, tmp_path: Path) -> None:
    site = kills.Site(tmp_path)
    moments = kills.kill_runs(site, 3, random.Random(3), every=3)
    assert moments.total() == 3


def test_a_killed_publish_loses_nothing(kills: ModuleType, tmp_path: Path) -> None:
    with started() as address:
        moments = kills.kill_publishes(
            kills.Site(tmp_path), address, 1, random.Random(5)
        )
    assert moments.total() == 1

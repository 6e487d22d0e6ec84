"""What the tests share: the sample, built and decided once per worker."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import one_thread  # noqa: F401
import pytest
import warm_dbt
import yaml
from watch_desk import Desk, receiving

from llm_telemetry.cli import main
from llm_telemetry.warehouse import build, statement_replay

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "data" / "sample"
SHARED = ROOT.parent / "shared" / "data"

# what the shell exports must not decide a test
DECLARED = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]["knobs"]
KNOBS = {name: knob["default"] for name, knob in DECLARED.items()}
for name in (
    "LLMOPS_DATA_DIR",
    "LLM_TELEMETRY_LEDGER",
    "LLM_TELEMETRY_USER_SALT",
    *map(str.upper, KNOBS),
):
    os.environ.pop(name, None)


# the process that `llm-telemetry` starts is proven by the tests that kill it
build._dbt = warm_dbt.run
# few tests build the same twice
KEEP_PLAN = statement_replay.keep
statement_replay.keep = lambda *arguments: None


@dataclass(frozen=True)
class Run:
    """What one run left behind."""

    code: int
    warehouse: Path
    out_dir: Path


def run(data_dir: Path, folder: Path, *options: str) -> Run:
    """Run the main job into ``folder``."""
    warehouse, out_dir = folder / "warehouse.duckdb", folder / "artifacts"
    places = ["--warehouse", str(warehouse), "--out-dir", str(out_dir)]
    code = main(["run", "--quiet", "--data-dir", str(data_dir), *places, *options])
    return Run(code, warehouse, out_dir)


@pytest.fixture(scope="session")
def sample_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run(SAMPLE, tmp_path_factory.mktemp("sample"))


@pytest.fixture
def sample_copy(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    for file in SAMPLE.glob("*.csv"):
        shutil.copyfile(file, folder / file.name)
    return folder


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """Return a folder of the shared data, or skip where there is none."""

    def find(name: str) -> Path:
        if not (SHARED / name).is_dir():
            pytest.skip(f"the shared data folder {name} is not on this machine")
        return SHARED / name

    return find


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    """Return a folder with rules of alerts and a warehouse."""
    return Desk(tmp_path, capsys)


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[dict[str, Any]], list[int]]]:
    """Return the URL of a webhook, what it received, and the statuses to answer."""
    with receiving() as received:
        yield received

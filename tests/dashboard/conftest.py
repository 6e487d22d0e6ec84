"""Two simulated worlds, built once, and the pages on them: alone and in a browser."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from urllib.request import urlopen

import agent_traces
import chromium
import duckdb
import pytest
import yaml
from filelock import FileLock
from streamlit.testing.v1 import AppTest

from llm_telemetry.dashboard import serving
from llm_telemetry.ledger.store import LEDGER, REVIEWS

ROOT = Path(__file__).parents[2]
KNOBS = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]["knobs"]
# what the shell exports must not decide a test
CLEAN = {
    name: value
    for name, value in os.environ.items()
    if name.lower() not in KNOBS and not name.startswith(("LLM", "STREAMLIT"))
}
ENVIRONMENT = {**CLEAN, "PYTHONPATH": str(ROOT / "python")}
CALLS = 3000
PATIENCE = 60.0


@dataclass(frozen=True)
class World:
    """What a run on a simulated world left."""

    warehouse: Path
    out_dir: Path

    @property
    def reviews(self) -> Path:
        """Return the review ledger."""
        return self.out_dir / REVIEWS

    @property
    def options(self) -> SimpleNamespace:
        """Return the options of a dashboard on it."""
        return SimpleNamespace(
            warehouse=self.warehouse,
            out_dir=self.out_dir,
            ledger=None,
            alert_ledger=None,
            sample=False,
        )


def program(*words: str | Path) -> list[str]:
    """Return a call of the program, by this Python."""
    return [sys.executable, "-m", "llm_telemetry", *map(str, words)]


def call(*words: str | Path, **knobs: str) -> None:
    """Run the program with some knobs; fail with what it says."""
    done = subprocess.run(
        program(*words),
        env={**ENVIRONMENT, **knobs},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    # a run may be blocked, and watch may not be able to tell
    assert done.returncode in (0, 1, 3), done.stdout + done.stderr


def built(name: str, folder: Path) -> World:
    """Simulate a world, run on it, and watch by the rules that are shipped."""
    made = World(folder / "w.duckdb", folder / "artifacts")
    data, places = folder / "data", ("--warehouse", made.warehouse)
    call("simulate", "--world", name, "--interactions", str(CALLS), "--out-dir", data)
    where = ("--data-dir", data, *places, "--out-dir", made.out_dir)
    call("run", "--quiet", *where, "--watch")
    return made


def of_all_workers(
    name: str, places: pytest.TempPathFactory, make: Callable[[Path], World]
) -> World:
    """Have the first worker that asks for a world make it, and the others wait."""
    is_alone = "PYTEST_XDIST_WORKER" not in os.environ
    base = places.getbasetemp()
    folder = (base if is_alone else base.parent) / name
    with FileLock(f"{folder}.lock"):
        if not folder.with_suffix(".made").exists():
            folder.mkdir()
            make(folder)
            folder.with_suffix(".made").touch()
    return World(folder / "w.duckdb", folder / "artifacts")


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> World:
    return of_all_workers("real", tmp_path_factory, partial(built, "real"))


@pytest.fixture(scope="session")
def incident(tmp_path_factory: pytest.TempPathFactory) -> World:
    return of_all_workers("incident", tmp_path_factory, partial(built, "incident"))


@pytest.fixture
def own_incident(incident: World, tmp_path: Path) -> World:
    """Return the incident with ledgers of its own, to write into."""
    folder = shutil.copytree(incident.out_dir, tmp_path / "artifacts")
    return World(incident.warehouse, folder)


@pytest.fixture(scope="session")
def agents(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Traces with tools, branches and contents, scored, labelled and billed.

    Other calls than the labelled ones wait for a review.
    """
    return of_all_workers("agents", tmp_path_factory, traced)


def traced(folder: Path) -> World:
    """Write the traces of agents, and run on them."""
    made = World(folder / "w.duckdb", folder / "artifacts")
    data, ledger = folder / "data", folder / "labelled" / LEDGER
    agent_traces.write(data)
    agent_traces.bill(data)
    agent_traces.review(ledger.with_name(REVIEWS))
    where = ("--data-dir", data, "--sources", "otlp", "--out-dir", made.out_dir)
    where += ("--warehouse", made.warehouse, "--quiet")
    call("judge", "--dimensions", "off_topic", *where)
    call("run", "--ledger", ledger, *where, KEEP_CONTENT="1")
    agent_traces.draw(made.warehouse, made.reviews)
    return made


@pytest.fixture(scope="session")
def empty(real: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """Every mart, without a row, and no bundle."""
    folder = tmp_path_factory.mktemp("empty")
    copy = shutil.copyfile(real.warehouse, folder / "w.duckdb")
    with duckdb.connect(str(copy)) as connection:
        tables = connection.execute(
            "select table_schema || '.' || table_name from information_schema.tables "
            "where table_type = 'BASE TABLE'"
        ).fetchall()
        for (table,) in tables:
            connection.execute(f"delete from {table}")
    return World(copy, folder / "artifacts")


def page(name: str, world: World, **query: str | list[str]) -> AppTest:
    """Draw a page alone, with filters or choices of its own in the URL."""
    serving.serve(world.options)
    script = f"from llm_telemetry.dashboard import frame; frame.draw({name!r})"
    test = AppTest.from_string(script, default_timeout=PATIENCE)
    for key, value in query.items():
        test.query_params[key] = value
    return test.run()


def texts(test: AppTest) -> str:
    """Return what a page says, without its charts and tables."""
    kinds = (
        *("title", "header", "subheader", "markdown", "caption", "info", "warning"),
        *("error", "success", "metric"),
    )
    elements = [one for kind in kinds for one in getattr(test, kind)]
    return "\n".join(f"{getattr(one, 'label', '')} {one.value}" for one in elements)


@contextmanager
def served(world: World) -> Iterator[str]:
    """Serve the dashboard of a world; yield its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    places = ("--warehouse", world.warehouse, "--out-dir", world.out_dir)
    words = program("dashboard", *places, "--port", str(port))
    with subprocess.Popen(words, env=ENVIRONMENT, cwd=ROOT) as process:
        try:
            end = time.monotonic() + PATIENCE
            while not answers(address):
                assert process.poll() is None
                assert time.monotonic() < end, "the dashboard does not answer"
                time.sleep(0.1)
            yield address
        finally:
            process.terminate()


def answers(address: str) -> bool:
    """Return whether a dashboard is ready."""
    try:
        with urlopen(f"{address}/_stcore/health", timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[World], str]]:
    """Return a function that serves a world once, for the whole session."""
    running: dict[World, tuple[object, str]] = {}

    def address(world: World) -> str:
        if world not in running:
            server = served(world)
            running[world] = server, server.__enter__()
        return running[world][1]

    yield address
    for server, _ in running.values():
        server.__exit__(None, None, None)


@pytest.fixture(scope="session")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("downloads")


@pytest.fixture(scope="session")
def browser(downloads: Path) -> Iterator[chromium.Browser]:
    if reason := chromium.missing():
        pytest.skip(reason)
    with chromium.opened(downloads) as window:
        yield window

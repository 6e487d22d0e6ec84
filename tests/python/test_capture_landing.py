"""Segments survive what happens to processes and disks; the app does too."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import landed
import pytest
from conftest import ROOT

pytest.importorskip("opentelemetry.sdk", reason="needs the extra `capture`")

from llm_telemetry import cli
from llm_telemetry.capture import segment_writer
from llm_telemetry.capture.segment_writer import SegmentWriter
from llm_telemetry.errors import InputError
from llm_telemetry.ingest.segments import OPEN, seal_orphans

WRITERS = ROOT / "tests" / "python" / "capture_writers.py"
ROUND = 50
MANY = 2000


@contextmanager
def ready(landing: Path) -> Iterator[None]:
    """Yield a process that holds spans on disk and in memory; kill it at the end."""
    with start("killed", landing) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield
        finally:
            process.send_signal(signal.SIGKILL)


def start(scene: str, landing: Path, *more: str) -> subprocess.Popen[str]:
    """Start the process that writes in a scene."""
    command = [sys.executable, "-W", "error", str(WRITERS), scene, str(landing), *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str]) -> str:
    """Wait for a process that must end well; return what it printed."""
    printed, _ = process.communicate()
    assert process.returncode == 0, printed
    return printed


def names(landing: Path) -> list[str]:
    """Return the names of the spans that were landed, sorted."""
    spans = map(landed.attributes, landed.spans(landing))
    return sorted(span["app.work"] for span in spans)


def expected(*parts: tuple[str, int]) -> list[str]:
    """Return the names of the spans that were recorded, sorted."""
    return sorted(f"{name}-{number}" for name, n in parts for number in range(n))


def test_a_killed_process_loses_no_more_than_it_held_in_memory(tmp_path: Path) -> None:
    with ready(tmp_path):
        assert seal_orphans(tmp_path) == [], "it is alive"
    assert names(tmp_path) == []
    (segment,) = seal_orphans(tmp_path)
    assert landed.segments(tmp_path) == [segment]
    assert names(tmp_path) == expected(*((f"flushed-{n}", ROUND) for n in range(4)))


def test_what_a_killed_process_left_is_sealed_by_the_next(tmp_path: Path) -> None:
    with ready(tmp_path):
        pass
    finish(start("starved", tmp_path))
    assert names(tmp_path)[:ROUND] == expected(("flushed-0", ROUND))
    assert not landed.segments(tmp_path, suffix=OPEN)


def test_processes_and_forks_lose_and_double_nothing(tmp_path: Path) -> None:
    families = ("a", "b")
    for process in [start("family", tmp_path, name) for name in families]:
        finish(process)
    counts = {"before": ROUND, "fork": MANY, "worker": MANY, "parent": MANY}
    parts = [(f"{name}-{part}", n) for name in families for part, n in counts.items()]
    assert names(tmp_path) == expected(*parts)
    # each process has one of its own
    assert len(landed.segments(tmp_path)) == 6
    assert not landed.segments(tmp_path, suffix=OPEN)


def test_a_full_disk_leaves_whole_lines_and_a_running_app(tmp_path: Path) -> None:
    printed = finish(start("starved", tmp_path))
    seal_orphans(tmp_path)
    found = names(tmp_path)
    assert 0 < len(found) < 12 * ROUND
    assert len(found) % ROUND == 0, "a batch is a line here"
    assert printed.count("telemetry is not landed") == 1


def test_a_folder_that_cannot_be_written_is_one_warning(tmp_path: Path) -> None:
    printed = finish(start("unwritable", tmp_path / "file"))
    assert printed.count("telemetry is not landed") == 1
    assert (tmp_path / "file").read_bytes() == b""


def test_a_torn_tail_is_cut_and_an_empty_rest_removed(tmp_path: Path) -> None:
    torn, nothing = tmp_path / f"a.jsonl{OPEN}", tmp_path / f"b.jsonl{OPEN}"
    torn.write_bytes(b'{"whole":1}\n{"whole":2}\n{"to')
    nothing.write_bytes(b'{"to')
    assert seal_orphans(tmp_path) == [tmp_path / "a.jsonl"]
    assert (tmp_path / "a.jsonl").read_bytes() == b'{"whole":1}\n{"whole":2}\n'
    assert list(tmp_path.iterdir()) == [tmp_path / "a.jsonl"]


def test_a_run_reads_what_a_killed_process_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = tmp_path / "otlp" / f"a.jsonl{OPEN}"
    left.parent.mkdir()
    left.write_bytes(b"{}\n")
    read: list[Path] = []

    def build_marts(data_dir: Path, *_: object, **named: object) -> None:
        read.extend(data_dir.rglob("a*"))
        raise InputError("enough was seen")

    monkeypatch.setattr(cli, "build_marts", build_marts)
    assert cli.main(["validate", "--data-dir", str(tmp_path), "--sources", "otlp"]) == 2
    assert read == [left.with_suffix("")]


def test_an_open_segment_is_its_writers(tmp_path: Path) -> None:
    writer = SegmentWriter(tmp_path)
    writer.write([b"first\n"])
    assert seal_orphans(tmp_path) == []
    writer.write([b"second\n"])
    writer.seal()
    (segment,) = tmp_path.glob("dt=*/*.jsonl")
    assert segment.read_bytes() == b"first\nsecond\n"


def test_a_segment_that_is_large_enough_is_sealed(tmp_path: Path) -> None:
    writer = SegmentWriter(tmp_path, max_bytes=10)
    writer.write([b"12345\n"] * 5)
    sizes = sorted(file.stat().st_size for file in tmp_path.glob("dt=*/*.jsonl"))
    assert sizes == [12, 12]
    assert [f.stat().st_size for f in tmp_path.glob(f"dt=*/*{OPEN}")] == [6]
    writer.seal()


def test_a_segment_ends_with_its_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = SegmentWriter(tmp_path)
    for day in ("2026-03-01", "2026-03-01", "2026-03-02"):
        monkeypatch.setattr(segment_writer, "today", lambda day=day: day)
        writer.write([f"{day}\n".encode()])
    writer.seal()
    found = {
        file.parent.name: file.read_text() for file in tmp_path.glob("dt=*/*.jsonl")
    }
    assert found == {
        "dt=2026-03-01": "2026-03-01\n2026-03-01\n",
        "dt=2026-03-02": "2026-03-02\n",
    }


def test_an_old_segment_is_sealed_though_nothing_more_is_written(
    tmp_path: Path,
) -> None:
    SegmentWriter(tmp_path, max_age_s=0.01).write([b"last\n"])
    give_up = time.monotonic() + 60
    while not (sealed := list(tmp_path.glob("dt=*/*.jsonl"))):
        assert time.monotonic() < give_up
        time.sleep(0.01)
    assert sealed[0].read_bytes() == b"last\n"

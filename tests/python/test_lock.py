"""One run at a time on one warehouse, and no lock outlives its holder."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from conftest import SAMPLE

from llm_telemetry.cli import main
from llm_telemetry.errors import InputError
from llm_telemetry.files.lock import exclusive_lock

HOLDER = """
import sys
from pathlib import Path
from llm_telemetry.files.lock import exclusive_lock
with exclusive_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Hold the lock of a warehouse in another process."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "w.duckdb")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_run_is_refused_in_one_line(
    holder: subprocess.Popen[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = ["--warehouse", str(tmp_path / "w.duckdb"), "--out-dir", str(tmp_path)]
    assert main(["run", "--data-dir", str(SAMPLE), *places]) == 2
    assert capsys.readouterr().err == (
        f"{tmp_path}/w.duckdb: another run is building it (process {holder.pid} on "
        f"{socket.gethostname()}): wait for it to finish, or pass --wait\n"
    )
    assert [file.name for file in tmp_path.iterdir()] == [".w.duckdb.lock"]


def test_a_lock_ends_with_a_killed_holder(
    holder: subprocess.Popen[str], tmp_path: Path
) -> None:
    warehouse = tmp_path / "w.duckdb"
    with pytest.raises(InputError), exclusive_lock(warehouse):
        pass
    holder.kill()
    holder.wait()
    assert (tmp_path / ".w.duckdb.lock").exists()
    with exclusive_lock(warehouse):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_waits_begins_when_the_other_ends(
    holder: subprocess.Popen[str], tmp_path: Path
) -> None:
    order = []

    def waiting() -> None:
        with exclusive_lock(tmp_path / "w.duckdb", wait=True):
            order.append("waited")

    thread = Thread(target=waiting)
    thread.start()
    thread.join(timeout=0.3)
    order.append("ended")
    assert holder.stdin is not None
    holder.stdin.close()
    thread.join(timeout=60)
    assert order == ["ended", "waited"]


def test_two_warehouses_of_one_folder_do_not_meet(
    holder: subprocess.Popen[str], tmp_path: Path
) -> None:
    with exclusive_lock(tmp_path / "other.duckdb"):
        pass

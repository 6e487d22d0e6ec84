"""Files that take their places together, whenever the process is killed."""

import subprocess
import sys
from pathlib import Path

import pytest

from llm_telemetry.artifact import bundle
from llm_telemetry.files import atomic

OLD = {"a.csv": b"old a", "b/b.csv": b"old b", bundle.ARTIFACT: b"old"}
NEW = {
    "0/0.csv": b"new 0",
    "a.csv": b"new a",
    "b/b.csv": b"new b",
    bundle.ARTIFACT: b"new",
}

# ends like a kill at the n-th call that changes a name, before it or after it
KILLED = """
import os, shutil, sys
from pathlib import Path
from llm_telemetry.files import atomic

left = int(sys.argv[2])

def deadly(change):
    def call(*arguments, **named):
        global left
        left -= 1
        if left == 0:
            os._exit(9)
        change(*arguments, **named)
        left -= 1
        if left == 0:
            os._exit(9)
    return call

os.rename, os.replace = deadly(os.rename), deadly(os.replace)
shutil.rmtree = deadly(shutil.rmtree)
atomic.write_together(FILES, Path(sys.argv[1]), last=LAST)
"""


def written(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder, by their places in it."""
    files = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def killed(folder: Path, moment: int) -> int:
    """Replace the old files by the new ones, killed at a moment."""
    script = KILLED.replace("FILES", repr(NEW)).replace("LAST", repr(bundle.ARTIFACT))
    command = [sys.executable, "-c", script, str(folder), str(moment)]
    return subprocess.run(command, check=False).returncode


def test_after_a_kill_the_old_or_the_new_files_are_there(tmp_path: Path) -> None:
    found = []
    for moment in range(1, 100):
        folder = tmp_path / str(moment)
        atomic.write_together(OLD, folder, last=bundle.ARTIFACT)
        code = killed(folder, moment)
        atomic.complete(folder, last=bundle.ARTIFACT)
        files = written_of(folder)
        assert files in (OLD, NEW), f"moment {moment}"
        found.append(files == NEW)
        # the next one needs no help, and leaves nothing of the killed one
        atomic.write_together(NEW, folder, last=bundle.ARTIFACT)
        assert written(folder) == NEW
        if code == 0:
            break
    # old up to one moment, new from then on
    assert found == sorted(found)
    assert {False, True} == set(found)
    assert len(found) > 2 * len(NEW)


def written_of(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder, but for those of an unfinished replacement."""
    return {
        name: content
        for name, content in written(folder).items()
        if not name.startswith(".")
    }


def test_a_half_placed_bundle_is_completed_by_whoever_reads_it(tmp_path: Path) -> None:
    atomic.write_together(OLD, tmp_path, last=bundle.ARTIFACT)
    moment = next(n for n in range(5, 20) if is_half_placed(tmp_path, n))
    assert moment
    with pytest.raises(bundle.InputError, match="not JSON"):
        bundle.load(tmp_path / bundle.ARTIFACT)
    assert written_of(tmp_path) == NEW


def is_half_placed(folder: Path, moment: int) -> bool:
    """Replace the files, killed at a moment, and say whether some are in place."""
    atomic.write_together(OLD, folder, last=bundle.ARTIFACT)
    killed(folder, moment)
    return (folder / atomic.READY).exists() and (folder / "a.csv").read_bytes() == (
        NEW["a.csv"]
    )

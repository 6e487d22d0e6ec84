"""The extra brings pyarrow, which changes how pandas stores texts, and no decision."""

import subprocess
import sys
from pathlib import Path

from conftest import ENVIRONMENT, ROOT, World, call

# an import of pyarrow finds none, as where it is not installed
WITHOUT = """
import sys

class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "pyarrow":
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Hidden())
from llm_telemetry.cli import main
sys.exit(main(sys.argv[1:]))
"""


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a bundle."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


def test_a_bundle_is_the_same_with_and_without_pyarrow(
    real: World, tmp_path: Path
) -> None:
    decide = ("decide", "--quiet", "--warehouse", real.warehouse, "--out-dir")
    call(*decide, tmp_path / "with")
    words = [sys.executable, "-c", WITHOUT, *map(str, (*decide, tmp_path / "without"))]
    done = subprocess.run(words, env=ENVIRONMENT, cwd=ROOT, capture_output=True)
    assert done.returncode in (0, 1), done.stderr
    found = contents(tmp_path / "with")
    assert len(found) > 10
    assert contents(tmp_path / "without") == found

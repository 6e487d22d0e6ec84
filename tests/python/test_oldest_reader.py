"""The oldest DuckDB that promises to read the file reads all of it."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import Run

from llm_telemetry.warehouse.model_contracts import marts

# hashes of every wheel there is, which are for Python 3.7 to 3.12
LOCK = Path(__file__).with_name("oldest_duckdb.lock")
UNREACHABLE = ("NewConnectionError", "ConnectTimeoutError", "ReadTimeoutError")

# what both versions run: the rows and the comments of every mart
READING = """
import hashlib, json, sys
import duckdb

connection = duckdb.connect(sys.argv[1], read_only=True)

def fetched(query):
    return connection.execute(query).fetchall()

names = fetched(
    "select table_name from information_schema.tables "
    "where table_schema = 'marts' order by 1"
)
rows = {}
for (name,) in names:
    lines = "\\n".join(sorted(map(repr, fetched(f"select * from marts.{name}"))))
    rows[name] = hashlib.sha256(lines.encode()).hexdigest()
comments = fetched(
    "select table_name, null, comment from duckdb_tables() "
    "where schema_name = 'marts' union all "
    "select view_name, null, comment from duckdb_views() "
    "where schema_name = 'marts' union all "
    "select table_name, column_name, comment from duckdb_columns() "
    "where schema_name = 'marts' order by all"
)
said = hashlib.sha256(repr(comments).encode()).hexdigest()
bare = [comment[:2] for comment in comments if not comment[2]]
print(json.dumps({"version": duckdb.__version__, "rows": rows, "said": said,
                  "bare": bare, "comments": len(comments)}))
"""


@pytest.fixture(scope="module")
def oldest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a Python that has DuckDB 1.0.0 and nothing else."""
    if sys.version_info >= (3, 13):
        pytest.skip("DuckDB 1.0.0 ships no wheel for this Python: 3.12 is the newest")
    folder = tmp_path_factory.mktemp("oldest") / "venv"
    venv = [sys.executable, "-m", "venv", "--without-pip", str(folder)]
    subprocess.run(venv, check=True)
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    command = [sys.executable, "-m", "pip", "--python", str(python), "install"]
    command += ["--quiet", "--require-hashes", "--only-binary=:all:", "--retries=1"]
    pip = subprocess.run(
        [*command, "-r", str(LOCK)], capture_output=True, text=True, check=False
    )
    if any(sign in pip.stderr for sign in UNREACHABLE):
        pytest.skip("the package index cannot be reached to get DuckDB 1.0.0")
    assert pip.returncode == 0, pip.stderr
    return python


def read_by(python: Path | str, warehouse: Path) -> dict[str, Any]:
    """Return what a Python's own DuckDB reads."""
    script = [str(python), "-I", "-c", READING, str(warehouse)]
    read = subprocess.run(script, capture_output=True, text=True, check=False)
    assert read.returncode == 0, read.stderr
    said: dict[str, Any] = json.loads(read.stdout)
    return said


def test_duckdb_1_0_reads_every_mart_and_its_comments(
    oldest: Path, sample_run: Run
) -> None:
    theirs, ours = (
        read_by(python, sample_run.warehouse) for python in (oldest, sys.executable)
    )
    assert theirs["version"] == "1.0.0"
    assert sorted(theirs["rows"]) == sorted(marts())
    assert theirs["rows"]["health"] != hashlib.sha256(b"").hexdigest()
    assert theirs["bare"] == []
    assert {**theirs, "version": ""} == {**ours, "version": ""}

"""What is exported is whole, in each format, and leaves nothing behind."""

import gzip
import json
import tempfile
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from llm_telemetry.warehouse.connection import FORMS, attached, exported

ROWS = 5000
SQL = "select number, words from marts.texts where number < $most and words like $like"


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """Return a warehouse with a mart whose texts are hard to write as CSV or JSON."""
    file = tmp_path / "w.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.texts as select range as number, "
            "'a \"quoted\", ' || range || chr(10) || 'line' as words "
            f"from range({ROWS}) union all select {ROWS}, null"
        )
    return file


def read(content: bytes, form: str, folder: Path) -> pd.DataFrame:
    file = folder / f"read.{form}"
    file.write_bytes(content)
    with duckdb.connect() as connection:
        return connection.sql(f"select * from '{file}' order by number").df()


@pytest.mark.parametrize("form", FORMS)
def test_every_row_is_in_the_file(
    form: str, warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    content = exported(SQL, {"most": ROWS, "like": "%"}, warehouse, form)
    found = read(content, form, tmp_path)
    assert found["number"].tolist() == list(range(ROWS))
    assert found["words"].tolist() == [f'a "quoted", {n}\nline' for n in range(ROWS)]
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("form", FORMS)
def test_no_row_is_a_file_too(form: str, warehouse: Path) -> None:
    content = exported(SQL, {"most": 0, "like": "%"}, warehouse, form)
    if form == "csv":
        assert content == b"number,words\n"
    if form == "json":
        assert json.loads(content) == []
    if form == "csv.gz":
        assert gzip.decompress(content) == b"number,words\n"
    assert content


def test_a_connection_that_exports_writes_nowhere_else(
    warehouse: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    with attached(warehouse, writes=folder) as connection:
        connection.execute(f"copy (select 1) to '{folder}/a.csv'").fetchall()
        with pytest.raises(duckdb.PermissionException):
            connection.execute(f"copy (select 1) to '{tmp_path}/b.csv'").fetchall()
        with pytest.raises(duckdb.Error, match="configuration has been locked"):
            connection.execute("set enable_external_access = true")
    assert [file.name for file in folder.iterdir()] == ["a.csv"]

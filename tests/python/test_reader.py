"""The reader serves the file that is there, and nothing else."""

import os
from pathlib import Path

import duckdb
import pytest
from conftest import Run
from published_files import finished

from llm_telemetry.errors import InputError
from llm_telemetry.warehouse import promote
from llm_telemetry.warehouse.connection import read, unchanged
from llm_telemetry.warehouse.reader import connect


def published(folder: Path, build_id: str, rows: int) -> Path:
    """Publish a small build, as a run would."""
    file = finished(folder, build_id=build_id, rows=rows)
    promote.seal(file, {})
    promote.publish(file, folder / "w.duckdb")
    return folder / "w.duckdb"


def test_a_replaced_file_is_seen_and_the_old_one_stays_whole(tmp_path: Path) -> None:
    warehouse = published(tmp_path, "old", rows=200_000)
    old = connect(warehouse)
    numbers = old.execute("select n from marts.numbers")
    assert len(numbers.fetchmany(10)) == 10
    published(tmp_path, "new", rows=5)

    new = connect(warehouse)

    assert new.execute("from marts.build").fetchall() == [("new",)]
    assert new.execute("select count(*) from marts.doubled").fetchall() == [(5,)]
    assert len(numbers.fetchall()) == 200_000 - 10
    assert old.execute("from marts.build").fetchall() == [("old",)]
    assert old.execute("select count(*) from marts.doubled").fetchall() == [(200_000,)]


def test_a_file_of_the_same_name_and_size_is_another_file(tmp_path: Path) -> None:
    warehouse = published(tmp_path, "a", rows=3)
    size = warehouse.stat().st_size
    assert connect(warehouse).execute("from marts.build").fetchall() == [("a",)]
    published(tmp_path, "b", rows=3)
    assert warehouse.stat().st_size == size
    assert connect(warehouse).execute("from marts.build").fetchall() == [("b",)]


def test_connections_to_one_file_share_what_was_read(tmp_path: Path) -> None:
    warehouse = published(tmp_path, "a", rows=3)
    one, other = connect(warehouse), connect(str(warehouse))
    one.close()
    assert other.execute("from marts.build").fetchall() == [("a",)]


@pytest.mark.parametrize(
    "refused",
    [
        "insert into marts.numbers values (9, 'nine')",
        "create table marts.mine (i integer)",
        "drop table marts.numbers",
        "from read_csv('/etc/passwd')",
        "from read_text('/etc/passwd')",
        "attach '{folder}/other.duckdb'",
        "copy marts.numbers to '{folder}/numbers.csv'",
        "set enable_external_access = true",
        "reset lock_configuration",
        "load httpfs",
    ],
)
def test_it_writes_nothing_and_reads_no_other_file(
    refused: str, tmp_path: Path
) -> None:
    warehouse = published(tmp_path, "a", rows=3)
    before = sorted(os.listdir(tmp_path)), warehouse.read_bytes()
    with pytest.raises(duckdb.Error):
        connect(warehouse).execute(refused.format(folder=tmp_path)).fetchall()
    assert (sorted(os.listdir(tmp_path)), warehouse.read_bytes()) == before


def test_what_is_no_warehouse_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.duckdb: no such warehouse"):
        connect(tmp_path / "none.duckdb")
    (tmp_path / "text.duckdb").write_text("not what you think")
    with pytest.raises(InputError, match=r"text\.duckdb: cannot be read"):
        connect(tmp_path / "text.duckdb")


def read_while_replaced(warehouse: Path) -> None:
    """Read, as a decision does that a run overtakes."""
    with unchanged(warehouse):
        read("build", warehouse)
        published(warehouse.parent, "b", rows=3)


def test_marts_of_two_builds_decide_nothing(tmp_path: Path) -> None:
    warehouse = published(tmp_path, "a", rows=3)
    with unchanged(warehouse):
        read("build", warehouse)
    with pytest.raises(InputError, match="replaced while it was read"):
        read_while_replaced(warehouse)


def test_it_reads_every_mart(sample_run: Run) -> None:
    with connect(sample_run.warehouse) as marts:
        names = marts.execute(
            "select table_name from information_schema.tables "
            "where table_catalog = 'warehouse' and table_schema = 'marts'"
        ).fetchall()
        counts = {
            name: marts.execute(f"select count(*) from marts.{name}").fetchall()
            for (name,) in names
        }
    assert counts["interactions"] == [(5800,)]
    assert counts["build_info"] == [(1,)]

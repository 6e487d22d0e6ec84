"""The marts in PostgreSQL: all that a BI tool reflects, and one transaction."""

import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import psycopg
import pytest
import sqlalchemy
from conftest import Run
from postgres_server import PASSWORD, free_port, started
from sqlalchemy.dialects import postgresql

from llm_telemetry.cli import main
from llm_telemetry.warehouse.model_contracts import marts

KINDS = {
    "VARCHAR": sqlalchemy.TEXT,
    "BIGINT": sqlalchemy.BIGINT,
    "DOUBLE": postgresql.DOUBLE_PRECISION,
    "DECIMAL(38,12)": sqlalchemy.NUMERIC,
    "BOOLEAN": sqlalchemy.BOOLEAN,
    "DATE": sqlalchemy.DATE,
    "TIMESTAMP": postgresql.TIMESTAMP,
}
NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with started() as address:
        yield address


@pytest.fixture
def database(server: str) -> str:
    """Return the address of a database of the test's own."""
    name = f"test_{next(NUMBERS)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(
            psycopg.sql.SQL("create database {}").format(psycopg.sql.Identifier(name))
        )
    return server.removesuffix("postgres") + name


def warehouse(folder: Path, *statements: str) -> Path:
    """Return a published warehouse of whatever marts the statements make."""
    file = folder / "small.duckdb"
    file.unlink(missing_ok=True)
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema marts")
        connection.execute("use marts")
        for statement in statements:
            connection.execute(statement)
    return file


def published(file: Path, address: str) -> int:
    """Return the exit code of publish."""
    return main(["publish", "--quiet", "--warehouse", str(file), "--to", address])


def rows(address: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(address) as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


def test_sqlalchemy_reflects_every_mart(sample_run: Run, database: str) -> None:
    assert published(sample_run.warehouse, database) == 0
    engine = sqlalchemy.create_engine(database.replace("://", "+psycopg://"))
    inspector = sqlalchemy.inspect(engine)
    assert inspector.get_table_names(schema="marts") == sorted(marts())
    with duckdb.connect(str(sample_run.warehouse), read_only=True) as connection:
        for name, contract in marts().items():
            described = connection.execute(
                "select column_name, data_type, is_nullable, comment "
                "from duckdb_columns() where table_name = $1 order by column_index",
                [name],
            ).fetchall()
            columns = inspector.get_columns(name, schema="marts")
            assert [
                (
                    column["name"],
                    type(column["type"]),
                    column["nullable"],
                    column["comment"],
                )
                for column in columns
            ] == [
                (
                    column,
                    KINDS[kind],
                    nullable and column not in contract.not_null,
                    said,
                )
                for column, kind, nullable, said in described
            ], name
            assert inspector.get_table_comment(name, schema="marts")["text"], name
            assert keys(inspector, name) == set(contract.keys), name
    engine.dispose()


def keys(inspector: sqlalchemy.Inspector, name: str) -> set[tuple[str | None, ...]]:
    """Return the primary key and the unique indexes of a table."""
    primary = inspector.get_pk_constraint(name, schema="marts")["constrained_columns"]
    indexes = inspector.get_indexes(name, schema="marts")
    unique = {tuple(index["column_names"]) for index in indexes if index["unique"]}
    contract = marts()[name]
    # the grain is the primary key, wherever none of its columns may be null
    if contract.keys and contract.not_null.issuperset(contract.keys[0]):
        assert tuple(primary) == contract.keys[0], name
    return unique | ({tuple(primary)} if primary else set())


def test_every_row_arrives_as_it_was(sample_run: Run, database: str) -> None:
    assert published(sample_run.warehouse, database) == 0
    with duckdb.connect(str(sample_run.warehouse), read_only=True) as connection:
        for name in marts():
            ours = connection.execute(f"from marts.{name}").fetchall()
            theirs = rows(database, f"select * from marts.{name}")
            assert sorted(map(repr, theirs)) == sorted(map(repr, ours)), name


def test_any_text_and_any_number_arrives(tmp_path: Path, database: str) -> None:
    texts = [
        "",
        " ",
        "\\",
        "\\N",
        "\\.",
        "a\tb",
        "a\nb\r\n",
        '"quoted"',
        "it's",
        "né 🦆",
    ]
    values = [float("inf"), float("-inf"), 0.1, 1e-300, -0.0, 1.7976931348623157e308]
    file = warehouse(tmp_path, "create table odd (said varchar, n double)")
    with duckdb.connect(str(file)) as connection:
        for pair in itertools.zip_longest(texts, values):
            connection.execute("insert into marts.odd values ($1, $2)", list(pair))
    assert published(file, database) == 0
    expected = list(itertools.zip_longest(texts, values))
    assert rows(database, "select * from marts.odd") == expected


def test_a_second_publish_replaces_the_first(tmp_path: Path, database: str) -> None:
    first = (
        "create table t as select range as n from range(20000)",
        "create table u (i bigint)",
    )
    assert published(warehouse(tmp_path, *first), database) == 0
    view = "create view marts_of_mine as select count(*) from marts.t"
    with psycopg.connect(database) as connection:
        connection.execute(view)
    second = (
        "create table t as select range + 5 as n from range(3)",
        "comment on table t is 'One row per number.'",
    )
    assert published(warehouse(tmp_path, *second), database) == 0
    assert rows(database, "select n from marts.t order by n") == [(5,), (6,), (7,)]
    # what others made of it stays; what is no mart any more goes
    assert rows(database, "select * from marts_of_mine") == [(3,)]
    assert rows(database, "select to_regclass('marts.u')") == [(None,)]


def test_a_mart_of_another_shape_is_made_anew(tmp_path: Path, database: str) -> None:
    assert published(warehouse(tmp_path, "create table t (n bigint)"), database) == 0
    changed = "create table t as select 'a' as said, null::double as n"
    assert published(warehouse(tmp_path, changed), database) == 0
    assert rows(database, "select * from marts.t") == [("a", None)]


def test_a_publish_that_fails_leaves_the_earlier_marts(
    tmp_path: Path, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    good = (
        "create table a as select 1::bigint as n",
        "create table b as select 'x' as said",
    )
    assert published(warehouse(tmp_path, *good), database) == 0
    # no text of PostgreSQL holds a zero byte
    bad = (
        "create table a as select 2::bigint as n",
        "create table b as select chr(0) as said",
    )
    assert published(warehouse(tmp_path, *bad), database) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert rows(database, "select n, said from marts.a, marts.b") == [(1, "x")]


def test_a_reader_keeps_its_snapshot_and_blocks_nobody(
    tmp_path: Path, database: str
) -> None:
    def build(number: int) -> Path:
        made = f"as select {number}::bigint as n"
        return warehouse(tmp_path, f"create table a {made}", f"create table b {made}")

    assert published(build(1), database) == 0
    with psycopg.connect(database) as reader:
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        assert reader.execute("select n from marts.a").fetchall() == [(1,)]
        assert published(build(2), database) == 0
        assert reader.execute("select n from marts.b").fetchall() == [(1,)]
        reader.rollback()
        assert reader.execute("select n from marts.b").fetchall() == [(2,)]


def test_tables_of_others_are_left_alone(
    tmp_path: Path, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.users as select 'theirs' as name")
        connection.execute("comment on schema marts is 'users, sessions'")
    file = warehouse(tmp_path, "create table users (n bigint)")
    assert published(file, database) == 2
    assert capsys.readouterr().err == (
        "--to: schema marts holds tables that publish did not make (users): name "
        "another database\n"
    )
    assert rows(database, "select name from marts.users") == [("theirs",)]
    # beside them there is room
    assert published(warehouse(tmp_path, "create table t (n bigint)"), database) == 0
    assert rows(database, "select name from marts.users") == [("theirs",)]


def test_every_fault_is_one_line(
    tmp_path: Path, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = warehouse(tmp_path, "create table t (n bigint)")

    def said(address: str) -> str:
        assert published(file, address) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert "s3cret" not in line
        return line

    form = "--to: not an address of the form postgresql://user@host:5432/database"
    assert said(f"mysql://owner:{PASSWORD}@127.0.0.1/x") == form
    assert said(f"postgresql://owner:{PASSWORD}@127.0.0.1:{PASSWORD}/x?y") == form
    closed = f"postgresql://owner:{PASSWORD}@127.0.0.1:{free_port()}/postgres"
    assert "Connection refused" in said(closed)
    wrong = database.replace(PASSWORD, "guess")
    assert 'password authentication failed for user "owner"' in said(wrong)
    assert "does not exist" in said(f"{database}_not")
    assert "no such warehouse" in said_of_no_warehouse(tmp_path, database, capsys)


def said_of_no_warehouse(
    folder: Path, address: str, capsys: pytest.CaptureFixture[str]
) -> str:
    assert published(folder / "none.duckdb", address) == 2
    return capsys.readouterr().err


def test_without_the_extra_it_says_how_to_get_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delitem(sys.modules, "llm_telemetry.export.postgres", raising=False)
    monkeypatch.delattr("llm_telemetry.export.postgres", raising=False)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    assert published(tmp_path / "w.duckdb", "postgresql://127.0.0.1/x") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("publish: ")
    assert line.endswith("pip install 'llm-production-telemetry[postgres]'")

"""What is published stands alone, is audited, and replaces the earlier file whole."""

import hashlib
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from conftest import Run
from published_files import finished

from llm_telemetry.errors import InputError
from llm_telemetry.warehouse import data_tests, promote
from llm_telemetry.warehouse.build import BuildError, scratch_of
from llm_telemetry.warehouse.connection import log_of, read
from llm_telemetry.warehouse.model_contracts import Contract, marts

NUMBERS = Contract("marts", "numbers", (("n",),), frozenset({"n"}), {}, False)


def rows(file: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(query).fetchall()


VIEWS = {
    *("interactions", "operations", "sessions", "users", "feedback", "evaluations"),
    *("triage_features", "triage_scores", "review_load_by_day", "routing_strata"),
}


def test_the_file_holds_the_marts_and_what_their_views_read(sample_run: Run) -> None:
    names = (
        "select table_schema, table_name, table_type from information_schema.tables "
        "order by all"
    )
    found = rows(sample_run.warehouse, names)
    assert [name for schema, name, _ in found if schema == "marts"] == sorted(marts())
    views = {
        name for schema, name, kind in found if (schema, kind) == ("marts", "VIEW")
    }
    assert views == VIEWS
    assert [(schema, name) for schema, name, _ in found if schema != "marts"] == [
        ("intermediate", "int_evaluations"),
        ("intermediate", "int_interactions_stored"),
        ("intermediate", "int_triage_log_odds"),
        ("intermediate", "int_triage_rows"),
    ]


def test_views_read_the_same_file_whatever_it_is_called(sample_run: Run) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{sample_run.warehouse}' as other (read_only)")
        for view in sorted(VIEWS):
            connection.execute(f"select * from other.marts.{view} limit 1")


def test_comments_and_not_nulls_are_kept(sample_run: Run) -> None:
    without = (
        "select table_name, column_name from duckdb_columns() "
        "where schema_name = 'marts' and comment is null "
        "union all select table_name, null from duckdb_tables() "
        "where schema_name = 'marts' and comment is null "
        "union all select view_name, null from duckdb_views() "
        "where schema_name = 'marts' and comment is null"
    )
    assert rows(sample_run.warehouse, without) == []
    nullable = {
        (table, column)
        for table, column in rows(
            sample_run.warehouse,
            "select table_name, column_name from duckdb_columns() where is_nullable",
        )
    }
    promised = {
        (name, column)
        for name, contract in marts().items()
        if name not in VIEWS
        for column in contract.not_null
    }
    assert promised & nullable == set()


def test_the_build_is_named_by_what_went_into_it(sample_run: Run) -> None:
    (build,) = read("build_info", sample_run.warehouse).to_dict("records")
    inputs = read("inputs", sample_run.warehouse, order_by="table_name")
    knobs = rows(
        sample_run.warehouse,
        "select concat_ws('=', knob, setting, setting_text) "
        "from marts.knobs order by knob",
    )
    # of outcomes, and of days of alerts: no rows, and no sum of their digests
    nothing = hashlib.sha256(b"0").hexdigest()
    versions = ("package_version", "dbt_version", "engine", "engine_version")
    parts = [
        *("=".join(pair) for pair in inputs[["table_name", "content_sha256"]].values),
        nothing,
        nothing,
        *(knob for (knob,) in knobs),
        *(build[name] for name in versions),
    ]
    assert build["build_id"] == hashlib.sha256(" ".join(parts).encode()).hexdigest()
    assert build["as_of"] == read("health", sample_run.warehouse)["ends_at"].iloc[0]


def test_views_are_published_as_views(tmp_path: Path) -> None:
    file = finished(tmp_path, build_id="a")
    promote.seal(file, {})
    promote.publish(file, tmp_path / "w.duckdb")
    scratch_of(file).unlink()
    published = tmp_path / "w.duckdb"
    assert rows(published, "from marts.doubled") == [(0,), (2,), (4,)]


@pytest.mark.parametrize(
    ("contract", "error", "said"),
    [
        (
            Contract("marts", "numbers", (("said",),), frozenset(), {}, False),
            BuildError,
            'marts.numbers: unique "said": broken 1 times',
        ),
        (
            Contract("marts", "numbers", (), frozenset(), {}, True),
            BuildError,
            "marts.numbers: one_row: broken 1 times",
        ),
        (
            Contract("marts", "numbers", (), frozenset(), {"said": ("no",)}, False),
            BuildError,
            "marts.numbers: accepted said: broken 3 times",
        ),
        # what people edit is input
        (
            Contract("seeds", "prices", (), frozenset({"model", "price"}), {}, False),
            InputError,
            "seeds.prices: not_null model, price: broken 1 times",
        ),
    ],
)
def test_a_promise_that_is_broken_publishes_nothing(
    contract: Contract,
    error: type[Exception],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = finished(tmp_path, build_id="b")
    monkeypatch.setattr(data_tests, "contracts", lambda: (NUMBERS,))
    promote.seal(file, {})
    monkeypatch.setattr(data_tests, "contracts", lambda: (NUMBERS, contract))
    with pytest.raises(error) as raised:
        promote.seal(file, {})
    assert str(raised.value) == said


def test_a_nullable_key_may_repeat_its_null_but_a_composite_one_may_not(
    tmp_path: Path,
) -> None:
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as published")
        connection.execute("create schema published.marts")
        connection.execute(
            "create table published.marts.numbers as "
            "from (values (null, 1), (null, 1)) as pairs (n, said)"
        )
        single = Contract("marts", "numbers", (("n",),), frozenset(), {}, False)
        both = Contract("marts", "numbers", (("n", "said"),), frozenset(), {}, False)
        counts = [
            connection.execute(query).fetchall()
            for contract in (single, both)
            for _, query in data_tests._checks(contract)
        ]
    assert counts == [[(0,)], [(1,)]]


def test_the_log_of_a_killed_writer_is_not_replayed(tmp_path: Path) -> None:
    published = tmp_path / "w.duckdb"
    killed = (
        "import duckdb, os, sys; c = duckdb.connect(sys.argv[1]); "
        "c.execute('create schema marts'); c.execute('create table marts.t (i int)'); "
        "os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", killed, str(published)], check=False)
    assert log_of(published).exists()
    file = finished(tmp_path, build_id="a")
    promote.seal(file, {})
    promote.check(published)
    promote.publish(file, published)
    assert not log_of(published).exists()
    assert rows(published, "from marts.build") == [("a",)]


def test_a_link_goes_on_pointing_where_it_pointed(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    link = tmp_path / "link.duckdb"
    link.symlink_to(tmp_path / "there" / "w.duckdb")
    file = finished(tmp_path, build_id="a")
    promote.seal(file, {})
    promote.publish(file, link)
    assert link.is_symlink()
    assert rows(link, "from marts.build") == [("a",)]


def test_a_warehouse_that_dbt_is_writing_is_left_alone(tmp_path: Path) -> None:
    published = tmp_path / "w.duckdb"
    writing = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1]); "
        "print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", writing, str(published)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        with pytest.raises(InputError, match="another process is writing it"):
            promote.check(published)
    promote.check(published)

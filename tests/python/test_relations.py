"""How dbt makes relations in DuckDB: our macros, in a project of their own."""

import os
import shutil
from pathlib import Path

import duckdb
import pytest
import warm_dbt
from conftest import ROOT

PROJECT = """
name: small
profile: small
flags: {send_anonymous_usage_stats: false}
models:
  +contract: {enforced: true}
  +persist_docs: {relation: true, columns: true}
"""
PROFILE = """
small:
  target: duckdb
  outputs:
    duckdb: {type: duckdb, path: small.duckdb}
"""
DESCRIBED = """
models:
  - name: one
    description: Says $1, and 'quotes'.
    columns: [{name: n, data_type: bigint, description: A number.}]
"""
TABLE, VIEW = "{{ config(materialized='table') }}", "{{ config(materialized='view') }}"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for folder in ("models", "macros"):
        (tmp_path / folder).mkdir()
    macros = ROOT / "macros" / "engine" / "duckdb_adapter.sql"
    shutil.copy(macros, tmp_path / "macros")
    (tmp_path / "dbt_project.yml").write_text(PROJECT)
    (tmp_path / "profiles.yml").write_text(PROFILE)
    (tmp_path / "models" / "one.yml").write_text(DESCRIBED)
    return tmp_path


def built(project: Path, model: str) -> int:
    """Build the one model; return dbt's exit code."""
    (project / "models" / "one.sql").write_text(model)
    return warm_dbt.run(["build", "--log-level", "none"], os.environ, print)


def found(project: Path) -> list[tuple[str, str, str, int]]:
    """Return kind, comments and content of every relation."""
    with duckdb.connect(str(project / "small.duckdb"), read_only=True) as connection:
        return connection.sql(
            """
            select tables.table_type, tables.table_comment, columns.comment, one.n
            from information_schema.tables as tables
            inner join duckdb_columns() as columns using (table_name)
            cross join one
            """
        ).fetchall()


def test_each_takes_the_place_of_the_one_before(project: Path) -> None:
    said = ("Says $1, and 'quotes'.", "A number.")
    assert built(project, f"{TABLE} select cast(1 as bigint) as n") == 0
    assert found(project) == [("BASE TABLE", *said, 1)]
    assert built(project, f"{VIEW} select cast(2 as bigint) as n") == 0
    assert found(project) == [("VIEW", *said, 2)]
    assert built(project, f"{TABLE} select cast(3 as bigint) as n") == 0
    assert found(project) == [("BASE TABLE", *said, 3)]
    assert built(project, f"{TABLE} select cast(4 as bigint) as n") == 0
    assert found(project) == [("BASE TABLE", *said, 4)]


def test_what_fails_leaves_what_was_there(project: Path) -> None:
    assert built(project, f"{TABLE} select cast(1 as bigint) as n") == 0
    assert built(project, f"{TABLE} select cast(error('planted') as bigint) as n") == 1
    assert [row[-1] for row in found(project)] == [1]
    # a contract that is not kept is seen before
    assert built(project, f"{VIEW} select 'two' as n") == 1
    assert [row[-1] for row in found(project)] == [1]


def test_a_broken_rule_is_named(project: Path) -> None:
    (project / "tests" / "generic").mkdir(parents=True)
    rule = ROOT / "tests" / "generic" / "rules_hold.sql"
    shutil.copy(rule, project / "tests" / "generic")
    shutil.copy(ROOT / "macros" / "engine" / "logged_rows.sql", project / "macros")
    rules = "{unique: [[n]], not_null: [n], accepted: {n: [1, 3]}}"
    (project / "models" / "one.yml").write_text(
        f"{DESCRIBED}    data_tests: [{{rules_hold: {{arguments: {rules}}}}}]\n"
    )
    said = told(project, f"{TABLE} select cast(unnest([1, 2, 2]) as bigint) as n")
    assert "  one: unique n: 1\n" in said
    assert "  one: accepted n: 2\n" in said
    assert "  one: not_null" not in said


GIVEN = '{n: 7, LABEL: "it\'s"}, {label: x}'


@pytest.mark.parametrize(
    ("given", "expected", "message"),
    [
        (GIVEN, '{n: 7, label: "it\'s", nothing: null}, {label: x, n: null}', "PASS=3"),
        (
            GIVEN,
            '{n: 7, label: "it\'s"}, {n: null, label: y}',
            "actual differs from expected",
        ),
        ("", "", "PASS=3"),
        ("", "{n: 7}", "actual differs from expected"),
        ("{m: 7}", "", "Invalid column name: 'm' in unit test fixture for one."),
        ("{n: 7}", "{m: 7}", "Invalid column name: 'm'"),
    ],
)
def test_unit_tests_see_types_and_differences(
    project: Path, given: str, expected: str, message: str
) -> None:
    macros = ROOT / "macros" / "engine" / "duckdb_unit_tests.sql"
    shutil.copy(macros, project / "macros")
    (project / "dbt_project.yml").write_text(PROJECT.partition("models:")[0])
    (project / "models" / "two.sql").write_text(
        "select n, cast(label as varchar) as label, null as nothing"
        " from {{ ref('one') }}"
    )
    (project / "models" / "one.yml").write_text(
        f"""
unit_tests:
  - name: agrees
    model: two
    given: [{{input: ref('one'), rows: [{given}]}}]
    expect: {{rows: [{expected}]}}
"""
    )
    is_right = message.startswith("PASS")
    sql = "select cast(1 as bigint) as n, '' as label"
    said = told(project, sql, code=int(not is_right))
    assert message in said


def told(project: Path, model: str, code: int = 1) -> str:
    """Build the models; return what dbt prints."""
    (project / "models" / "one.sql").write_text(model)
    lines: list[str] = []
    arguments = ["build", "--no-use-colors"]
    assert warm_dbt.run(arguments, os.environ, lines.append) == code, "".join(lines)
    return "".join(lines)

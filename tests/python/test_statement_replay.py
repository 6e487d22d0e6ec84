"""Where nothing changed, a build sends the statements of the last one without dbt."""

import json
import os
import shutil
from pathlib import Path

import duckdb
import pytest
import warm_dbt
from conftest import KEEP_PLAN, ROOT, SAMPLE

from llm_telemetry.warehouse import build, statement_replay
from llm_telemetry.warehouse.build import build_marts
from llm_telemetry.warehouse.statement_replay import place

# a mart of what is asked of the files while a model is rendered
FEW = "+loaded_files"
CONTENT = """
    select sum(hash(interactions)) from marts.interactions
    union all select sum(hash(risk_slices)) from marts.risk_slices
    union all select sum(hash(columns)) from duckdb_columns() as columns
    where not internal
"""


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statement_replay, "keep", KEEP_PLAN)
    monkeypatch.setattr(statement_replay, "PLANS", tmp_path / "plans")


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Count how often dbt runs."""
    calls = []

    def run(arguments: list[str], *others: object) -> int:
        calls.append(arguments[0])
        return warm_dbt.run(arguments, *others)

    monkeypatch.setattr(build, "_dbt", run)
    return calls


def content(data: Path, folder: Path, select: str | None = None) -> list[object]:
    """Build and return what the marts hold."""
    with (
        build_marts(data, folder / "warehouse.duckdb", select=select) as marts,
        duckdb.connect(str(marts), read_only=True) as connection,
    ):
        names = "select table_name, comment from duckdb_tables() order by all"
        return [
            *connection.execute(names).fetchall(),
            *(connection.execute(CONTENT).fetchall() if not select else ()),
        ]


def plan_of(folder: Path) -> Path:
    (plan,) = (folder / "plans").glob("*.json")
    return plan


def test_the_same_marts_are_made_without_dbt(tmp_path: Path, calls: list[str]) -> None:
    first = content(SAMPLE, tmp_path)
    second = content(SAMPLE, tmp_path)
    assert second == first
    assert calls == ["build"]
    sent = [sql for _, sql in json.loads(plan_of(tmp_path).read_text())["statements"]]
    assert any("published" in sql for sql in sent)
    # dbt's checks of contracts: the columns of all marts are compared instead
    assert not any("__dbt_sbq" in sql for sql in sent)
    # the landed files are gone: they have to be typed again
    shutil.rmtree(tmp_path / ".landed.warehouse.duckdb")
    assert content(SAMPLE, tmp_path) == first
    assert calls == ["build", "build"]


def test_dbt_builds_what_changed(
    sample_copy: Path,
    tmp_path: Path,
    calls: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (file,) = sample_copy.glob("*interactions*.csv")
    content(sample_copy, tmp_path, FEW)
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines[:-1]))
    for written in sample_copy.glob("*.csv"):
        # what is as new as the rows that were read from it is not trusted
        os.utime(written, (0, 0))
    content(sample_copy, tmp_path, FEW)
    assert len(calls) == 2
    content(sample_copy, tmp_path, FEW)
    assert len(calls) == 2
    monkeypatch.setenv("SLA_MS", "2000")
    content(sample_copy, tmp_path, FEW)
    assert len(calls) == 3


def test_the_first_build_that_has_a_ledger_needs_no_dbt(
    tmp_path: Path, calls: list[str]
) -> None:
    ledger = tmp_path / "a [new] ledger.jsonl"
    days = {"starts_on": "2025-01-01", "ends_on": "2025-01-07"}
    bill = {"decision_id": "one", "prediction": "cost_per_day", "value": 1.0, **days}

    def predicted() -> int:
        models = "+decision_outcomes"
        with (
            build_marts(
                SAMPLE, tmp_path / "warehouse.duckdb", select=models, ledger=ledger
            ) as marts,
            duckdb.connect(str(marts), read_only=True) as connection,
        ):
            return len(connection.table("marts.decision_outcomes"))

    assert predicted() == 0
    ledger.write_text(json.dumps(bill) + "\n")
    assert predicted() == 1
    assert calls == ["build"]


def test_dbt_builds_where_a_plan_does_not_fit(tmp_path: Path, calls: list[str]) -> None:
    first = content(SAMPLE, tmp_path, FEW)
    fails = ("model.one", "create table one as select error('x')")
    # each build by dbt leaves a sound plan, which the next damages
    for damage in ("answer", "columns", "statement", "text"):
        plan = json.loads(plan_of(tmp_path).read_text())
        if damage == "answer":
            plan["answers"][-1] = ""
        elif damage == "columns":
            plan["columns"] = ""
        elif damage == "statement":
            plan["statements"].append(fails)
        plan_of(tmp_path).write_text("{" if damage == "text" else json.dumps(plan))
        calls.clear()
        assert content(SAMPLE, tmp_path, FEW) == first, damage
        assert calls == ["build"], damage


def test_every_variable_that_the_project_reads_is_part_of_a_plan() -> None:
    files = [ROOT / "profiles.yml", ROOT / "dbt_project.yml"]
    files += [*ROOT.glob("m*/**/*.sql"), *ROOT.glob("models/**/*.yml")]
    text = "".join(file.read_text() for file in files)
    read = set(statement_replay.re.findall(r"env_var\('(\w+)'", text))
    assert {
        name for name in read if not statement_replay.READ_VARIABLES.match(name)
    } == set()
    before = place({}, None)
    assert {place({name: "other"}, None) for name in read}.isdisjoint({before})
    assert place({"LLM_TELEMETRY_THREADS": "1", **os.environ}, None) == (
        place(os.environ, None)
    )
    assert place({}, FEW) != before

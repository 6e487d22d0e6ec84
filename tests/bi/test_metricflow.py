"""A real MetricFlow: its metrics are the marts, to the last digit."""

import csv
import os
import subprocess
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import ROOT, WITHOUT_CALLS, WITHOUT_COSTS

BIN = ROOT / ".venv-metricflow" / "bin"
PROJECT = ("dbt_project.yml", "profiles.yml", "models", "macros", "seeds", "tests")
# of operations of a day; null and not 0 where there is nothing to divide by
BY_DAY = """
    select
        interaction_date,
        (known_outcomes - failures) / nullif(known_outcomes, 0) as success_rate,
        failure_rate,
        sla_breach_rate,
        cost_usd,
        cost_usd / nullif(operations, 0) as cost_usd_per_operation,
        hallucination_rate,
        feedback_coverage,
        p95_latency_ms
    from marts.health_by_day
    where interactions > 0
"""
BY_USE_CASE = """
    select
        use_case,
        count_if(not is_operation_failure) / count(is_operation_failure)
            as success_rate,
        quantile_cont(operation_latency_ms, 0.95) filter (cache_hit is not true)
            as p95_latency_ms
    from marts.interactions
    group by all
"""
Query = Any


@pytest.fixture(scope="session")
def query(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Query:
    """Return what asks MetricFlow for metrics: rows by their first column."""
    project = tmp_path_factory.mktemp("project")
    for name in PROJECT:
        (project / name).symlink_to(ROOT / name)
    # MetricFlow opens the file for writing, as dbt does
    copied = project / warehouse.name
    copied.write_bytes(warehouse.read_bytes())
    given = {"LLM_TELEMETRY_WAREHOUSE": str(copied), "DO_NOT_TRACK": "1"}
    environment = {**os.environ, **given}

    def ask(metrics: list[str], by: str) -> dict[str, dict[str, str]]:
        file = project / "answer.csv"
        words = ["--metrics", ",".join(metrics), "--group-by", by, "--csv", str(file)]
        command = [str(BIN / "mf"), "query", *words]
        subprocess.run(command, cwd=project, env=environment, check=True)
        with file.open(newline="") as rows:
            return {row[next(iter(row))]: row for row in csv.DictReader(rows)}

    parse = [str(BIN / "dbt"), "parse", "--quiet"]
    subprocess.run(parse, cwd=project, env=environment, check=True)
    return ask


def expected(warehouse: Path, sql: str) -> dict[str, dict[str, Any]]:
    """Return the rows of a query over the marts by their first column."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.sql(sql)
        rows = [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]
    return {str(row.pop(next(iter(row)))): row for row in rows}


def differences(
    found: dict[str, dict[str, str]], wanted: dict[str, dict[str, Any]]
) -> list[str]:
    """Name each value that is not the same number."""
    return [
        f"{key} {name}: {found[key][name]} instead of {value}"
        for key, row in wanted.items()
        for name, value in row.items()
        if (float(found[key][name]) if found[key][name] else None) != value
    ]


def test_the_metrics_of_each_day_are_those_of_the_mart(
    query: Query, warehouse: Path
) -> None:
    wanted = expected(warehouse, BY_DAY)
    metrics = list(wanted[WITHOUT_COSTS])
    found = {day[:10]: row for day, row in query(metrics, "metric_time").items()}
    assert found.keys() == wanted.keys()
    assert WITHOUT_CALLS not in found
    assert wanted[WITHOUT_COSTS]["cost_usd"] is None
    assert not differences(found, wanted)


@pytest.mark.parametrize(
    ("metric", "by"),
    [("success_rate", "usage__use_case"), ("p95_latency_ms", "interaction__use_case")],
)
def test_a_metric_by_a_dimension_is_that_of_the_calls(
    metric: str, by: str, query: Query, warehouse: Path
) -> None:
    wanted = {
        use_case: {metric: row[metric]}
        for use_case, row in expected(warehouse, BY_USE_CASE).items()
    }
    found = query([metric], by)
    assert found.keys() == wanted.keys()
    assert not differences(found, wanted)

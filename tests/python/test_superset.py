"""The dashboard for Superset, as it is made from a manifest, without Superset."""

import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from conftest import ROOT

sys.path.insert(0, str(ROOT / "tools"))

import superset_bundle
import superset_charts

BUNDLE = {
    str(file.relative_to(superset_bundle.FOLDER)): yaml.safe_load(file.read_text())
    for file in superset_bundle.FOLDER.rglob("*.yaml")
}
DAYS = {
    "table_name": "days",
    "columns": [
        {"column_name": "occurred_on", "type": "DATE", "is_dttm": True},
        {"column_name": "calls", "type": "BIGINT", "is_dttm": False},
    ],
    "metrics": [{"metric_name": "failure_rate"}],
    "uuid": "of the data set",
}
MART: dict[str, Any] = {
    "name": "days",
    "columns": {"calls": {"description": "Calls of the day."}},
}
LINE: dict[str, Any] = {
    "question": "How many calls fail?",
    "mart": "days",
    "chart": "line",
    "over": "occurred_on",
    "grain": "P1D",
    "unit": "share",
    "metrics": ["failure_rate"],
}


def metric(name: str, kind: str, inputs: list[str]) -> dict[str, Any]:
    """Return a metric as a manifest has it."""
    given = {"input_measures": [{"name": one} for one in inputs]}
    return {"name": name, "label": name, "description": "", "type": kind} | {
        "type_params": given
    }


def measure(name: str, aggregate: str, **given: Any) -> dict[str, Any]:
    """Return a measure as a manifest has it."""
    return {"name": name, "agg": aggregate, "expr": None, "agg_params": None} | given


def manifest(
    *measures: dict[str, Any], metrics: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return the semantic part of a manifest, of a mart `days`."""
    model = {"node_relation": {"alias": "days"}, "measures": measures}
    return {
        "semantic_models": {"semantic_model.days": model},
        "metrics": {one["name"]: one for one in metrics},
    }


def value(parsed: dict[str, Any], days: str) -> Any:
    """Return the only metric of the mart `days`, of rows that SQL writes out."""
    (one,) = superset_bundle.metrics(parsed, MART)
    (row,) = duckdb.sql(
        f"with days as ({days}) select {one['expression']} from days"
    ).fetchall()
    return row[0]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ("select 1 as failures, 3 as calls union all select 0, 1", 0.25),
        ("select 0 as failures, 0 as calls", None),
        ("select 1 as failures, 1 as calls where false", None),
    ],
)
def test_a_ratio_is_one_of_sums_and_null_over_nothing(days: str, expected: Any) -> None:
    measures = measure("failed", "sum", expr="failures"), measure("calls", "sum")
    rate = metric("failure_rate", "ratio", ["failed", "calls"])
    assert value(manifest(*measures, metrics=[rate]), days) == expected


def test_a_quantile_is_that_of_the_rows() -> None:
    given = {"percentile": 0.5, "use_discrete_percentile": False}
    median = measure("median_ms", "percentile", expr="latency_ms", agg_params=given)
    parsed = manifest(median, metrics=[metric("median", "simple", ["median_ms"])])
    assert value(parsed, "select unnest([1, 2, 4, 9]) as latency_ms") == 3


def test_a_metric_of_another_mart_is_left_out() -> None:
    elsewhere = metric("failure_rate", "ratio", ["failures", "calls"])
    parsed = manifest(measure("calls", "sum"), metrics=[elsewhere])
    assert [*superset_bundle.metrics(parsed, MART)] == []


def test_a_metric_that_is_a_column_is_described_as_it_is() -> None:
    calls = metric("calls", "simple", ["calls"])
    parsed = manifest(measure("calls", "sum"), metrics=[calls])
    (one,) = superset_bundle.metrics(parsed, MART)
    assert one["description"] == "Calls of the day."


def test_an_aggregate_that_has_no_sql_here_is_an_error() -> None:
    parsed = manifest(measure("calls", "median"), metrics=[])
    with pytest.raises(KeyError, match="median"):
        [*superset_bundle.metrics(parsed, MART)]


@pytest.mark.parametrize(
    ("changed", "missing"),
    [
        ({"over": "day"}, "day"),
        ({"by": ["model"]}, "model"),
        ({"where": {"status": "firing"}}, "status"),
        ({"metrics": ["success_rate"]}, "success_rate"),
        ({"metrics": ["max latency_ms"]}, "latency_ms"),
        # a column is no metric: it needs an aggregate
        ({"metrics": ["calls"]}, "calls"),
        ({"chart": "rows", "columns": ["calls", "cost"]}, "cost"),
        ({"chart": "rows", "columns": [], "newest_first": "cost"}, "cost"),
    ],
)
def test_a_chart_of_what_its_mart_has_not_is_an_error(
    changed: dict[str, Any], missing: str
) -> None:
    with pytest.raises(ValueError, match=rf"fail\? days has no {missing}$"):
        superset_charts.chart(LINE | changed, DAYS)
    superset_charts.chart(LINE, DAYS)


def test_the_time_of_the_dashboard_filters_a_chart_over_days_and_no_other() -> None:
    def kinds(one: dict[str, Any]) -> list[str]:
        params = superset_charts.chart(one, DAYS)["params"]
        return [each["operator"] for each in params["adhoc_filters"]]

    assert kinds(LINE) == ["TEMPORAL_RANGE"]
    assert kinds(LINE | {"over": "calls", "where": {"calls": 1}}) == ["=="]


def test_the_parts_of_the_bundle_find_each_other() -> None:
    def parts(folder: str) -> list[dict[str, Any]]:
        return [one for name, one in BUNDLE.items() if name.startswith(folder)]

    (database,), (dashboard,) = parts("databases/"), parts("dashboards/")
    datasets, charts = parts("datasets/"), parts("charts/")
    names = [one["uuid"] for one in BUNDLE.values() if "uuid" in one]
    assert len({*names}) == len(names) == len(BUNDLE) - 1
    assert {one["database_uuid"] for one in datasets} == {database["uuid"]}
    assert {one["dataset_uuid"] for one in charts} == {one["uuid"] for one in datasets}
    places = [one for one in dashboard["position"].values() if isinstance(one, dict)]
    placed = [one["meta"]["uuid"] for one in places if one["type"] == "CHART"]
    assert sorted(placed) == sorted(one["uuid"] for one in charts)
    filtered = dashboard["metadata"]["native_filter_configuration"]
    targets = [target for one in filtered for target in one["targets"] if target]
    (usage,) = (one for one in datasets if one["table_name"] == "usage_by_day")
    assert {target["datasetUuid"] for target in targets} == {usage["uuid"]}
    columns = {column["column_name"] for column in usage["columns"]}
    assert {target["column"]["name"] for target in targets} < columns


def test_the_archive_has_the_same_bytes_for_the_same_files(tmp_path: Path) -> None:
    texts = {"metadata.yaml": "version: 1.0.0\n", "charts/a.yaml": "a\n"}
    for name in ("one", "other"):
        superset_bundle.write_archive(tmp_path / name, texts)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()

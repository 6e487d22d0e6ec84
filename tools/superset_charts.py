"""The charts of the dashboard for Superset, as bi/charts.yml names them."""

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import NAMESPACE_DNS, uuid5

NAMESPACE = uuid5(NAMESPACE_DNS, "llm-production-telemetry")
VERSION = {"version": "1.0.0"}
KINDS = {
    "line": "echarts_timeseries_line",
    "bar": "echarts_timeseries_bar",
    "stacked bar": "echarts_timeseries_bar",
    "pie": "pie",
    "table": "table",
    "rows": "table",
}
MAX_ROWS = 10_000
# lines of a chart, those with the highest values
MAX_SERIES = 10
# tables without bars and colours in their cells
PLAIN = {"show_cell_bars": False, "color_pn": False}
Node = dict[str, Any]


def identity(name: str) -> str:
    """Return the UUID of a part of the bundle, always the same for its name."""
    return str(uuid5(NAMESPACE, name))


def slug(question: str) -> str:
    """Return a question as a file name."""
    return re.sub(r"\W+", "_", question.lower()).strip("_")


def chart(one: Node, of: Node) -> Node:
    """Return a chart of a data set: what draws it, and what asks for its data."""
    check(one, of)
    params = {
        "viz_type": KINDS[one["chart"]],
        "adhoc_filters": [adhoc_filter(*each) for each in filters(one, of)],
        "row_limit": MAX_ROWS,
        **drawing(one, of),
    }
    context = {
        "datasource": {"id": 0, "type": "table"},
        "force": False,
        "queries": [query(one, of)],
        "result_format": "json",
        "result_type": "full",
    }
    return {
        "slice_name": one["question"],
        "viz_type": KINDS[one["chart"]],
        "params": params,
        "query_context": json.dumps(context),
        "uuid": identity(f"charts/{one['question']}"),
        "dataset_uuid": of["uuid"],
        **VERSION,
    }


def check(one: Node, of: Node) -> None:
    """Raise an error where a chart names what its mart does not have."""
    named = {*one.get("columns", ()), *one.get("by", ()), *one.get("where", ())}
    named |= {one[key] for key in ("over", "newest_first") if key in one}
    asked = [name.split() for name in one.get("metrics", ())]
    named |= {words[1] for words in asked if len(words) > 1}
    wanted = {words[0] for words in asked if len(words) == 1}
    missing = named - {column["column_name"] for column in of["columns"]}
    missing |= wanted - {metric["metric_name"] for metric in of["metrics"]}
    if missing:
        raise ValueError(
            f"{one['question']} {of['table_name']} has no {', '.join(sorted(missing))}"
        )


def drawing(one: Node, of: Node) -> Node:
    """Return what Superset's page of a chart needs to draw it."""
    asked = [metric(name, of) for name in one.get("metrics", ())]
    by, over = one.get("by", []), one.get("over")
    match one["chart"]:
        case "rows":
            newest = [json.dumps([key, False]) for key in newest_first(one)]
            shown = {"all_columns": one["columns"], "order_by_cols": newest}
            return {"query_mode": "raw", "include_search": True, **shown, **PLAIN}
        case "pie":
            return {"groupby": by, "metric": asked[0], "sort_by_metric": True}
        case "table":
            times = {"time_grain_sqla": one["grain"]} if over else {}
            shown = {"groupby": [*([over] if over else []), *by], "metrics": asked}
            lookup = {"temporal_columns_lookup": {over: True}} if over else {}
            return {"query_mode": "aggregate", **shown, **times, **lookup, **PLAIN}
    return {
        "x_axis": over,
        "time_grain_sqla": one.get("grain"),
        "metrics": asked,
        "groupby": by,
        "limit": MAX_SERIES,
        "stack": "Stack" if one["chart"] == "stacked bar" else None,
        "y_axis_title": one["unit"],
        "y_axis_title_margin": 45,
        "y_axis_title_position": "Left",
        "y_axis_format": one.get("format", "SMART_NUMBER"),
        "y_axis_bounds": [0, None],
        "rich_tooltip": True,
        "show_legend": True,
    }


def query(one: Node, of: Node) -> Node:
    """Return the query of a chart, as Superset's API takes it."""
    asked = [metric(name, of) for name in one.get("metrics", ())]
    by = one.get("by", [])
    is_split = bool(by) and one["chart"] in {"line", "stacked bar"}
    return {
        "columns": one.get("columns") or [*axis(one), *by],
        **({"metrics": asked} if asked else {}),
        "filters": [
            {"col": column, "op": operator, "val": value}
            for column, operator, value in filters(one, of)
        ],
        "orderby": [[key, False] for key in newest_first(one)],
        "row_limit": MAX_ROWS,
        **({"series_limit": MAX_SERIES, "series_columns": by} if is_split else {}),
    }


def axis(one: Node) -> list[Node]:
    """Return what a chart is drawn over, if anything: days, or a dimension."""
    if "over" not in one:
        return []
    base = {"columnType": "BASE_AXIS", "expressionType": "SQL"}
    named = {"label": one["over"], "sqlExpression": one["over"]}
    return [{**base, **named, "timeGrain": one.get("grain")}]


def newest_first(one: Node) -> list[str]:
    """Return the column by which rows are ordered, if any."""
    return [one["newest_first"]] if "newest_first" in one else []


def metric(name: str, of: Node) -> str | Node:
    """Return a saved metric by its name, or an aggregate of a column."""
    function, _, column = name.partition(" ")
    if not column:
        return name
    (found,) = (one for one in of["columns"] if one["column_name"] == column)
    return {
        "expressionType": "SIMPLE",
        "aggregate": function.upper(),
        "column": {"column_name": column, "type": found["type"]},
        "label": name,
        "hasCustomLabel": True,
        "optionName": f"metric_{slug(name)}",
    }


def filters(one: Node, of: Node) -> Iterator[tuple[str, str, Any]]:
    """Yield column, operator and value: of the chart, and the time of the dashboard."""
    for column, value in one.get("where", {}).items():
        yield (column, "IS TRUE", None) if value is True else (column, "==", value)
    times = {column["column_name"] for column in of["columns"] if column["is_dttm"]}
    if one.get("over") in times:
        yield one["over"], "TEMPORAL_RANGE", "No filter"


def adhoc_filter(column: str, operator: str, value: Any) -> Node:
    """Return a filter as the page of a chart has it."""
    named = {"subject": column, "operator": operator, "comparator": value}
    return {"clause": "WHERE", "expressionType": "SIMPLE", **named}

"""The dashboard for Superset: where each chart is, and what filters all of them."""

from collections.abc import Iterator

from superset_charts import VERSION, Node, identity, slug

# a row of Superset's grid; heights are in its units of 8 pixels
WIDTH, HEIGHT = 12, 50
FILTERED = ("use_case", "model_provider", "model_name", "prompt_version")


def dashboard(charts: list[Node]) -> Node:
    """Return the dashboard: two charts a row, or one that is wide."""
    return {
        "dashboard_title": "LLM telemetry",
        "slug": "llm-telemetry",
        "uuid": identity("dashboard"),
        "position": position(charts),
        "metadata": {
            "native_filter_configuration": list(native_filters()),
            "cross_filters_enabled": True,
        },
        "published": True,
        **VERSION,
    }


def position(charts: list[Node]) -> Node:
    """Return where each chart is."""
    rows: list[list[Node]] = []
    for one in charts:
        if not rows or one.get("wide") or len(rows[-1]) == 2 or rows[-1][0].get("wide"):
            rows.append([])
        rows[-1].append(one)
    grid: Node = {
        "id": "GRID_ID",
        "type": "GRID",
        "children": [],
        "parents": ["ROOT_ID"],
    }
    root = {"id": "ROOT_ID", "type": "ROOT", "children": ["GRID_ID"]}
    placed: Node = {"DASHBOARD_VERSION_KEY": "v2", "ROOT_ID": root, "GRID_ID": grid}
    for number, row in enumerate(rows, 1):
        key, parents = f"ROW-{number}", ["ROOT_ID", "GRID_ID"]
        grid["children"].append(key)
        names = [f"CHART-{slug(one['question'])}" for one in row]
        placed[key] = {
            "id": key,
            "type": "ROW",
            "children": names,
            "parents": parents,
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
        }
        for name, one in zip(names, row, strict=True):
            placed[name] = {
                "id": name,
                "type": "CHART",
                "children": [],
                "parents": [*parents, key],
                "meta": {
                    # the import replaces the number by that of the chart of the UUID
                    "chartId": 1 + charts.index(one),
                    "uuid": identity(f"charts/{one['question']}"),
                    "sliceName": one["question"],
                    "width": WIDTH // len(row),
                    "height": one.get("height", HEIGHT),
                },
            }
    return placed


def native_filters() -> Iterator[Node]:
    """Yield the filters of the dashboard: days, and the dimensions of usage_by_day."""
    shared = {
        "type": "NATIVE_FILTER",
        "scope": {"rootPath": ["ROOT_ID"], "excluded": []},
        "cascadeParentIds": [],
        "defaultDataMask": {"extraFormData": {}, "filterState": {}},
        "controlValues": {"enableEmptyFilter": False},
    }
    days = {"filterType": "filter_time", "targets": [{}]}
    yield {"id": "NATIVE_FILTER-days", "name": "days", **days, **shared}
    for column in FILTERED:
        target = {
            "column": {"name": column},
            "datasetUuid": identity("datasets/usage_by_day"),
        }
        yield {
            "id": f"NATIVE_FILTER-{column}",
            "name": column,
            "filterType": "filter_select",
            "targets": [target],
            **shared,
        }

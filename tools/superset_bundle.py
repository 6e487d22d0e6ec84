"""Write a dashboard for Superset from dbt's manifest and bi/charts.yml.

bi/superset has its files, target/superset.zip the same as Superset imports them, with
the warehouse of `--warehouse`, a path on the machine that Superset runs on.
"""

import argparse
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile, ZipInfo

import yaml
from reference_pages import ROOT, manifest
from superset_charts import VERSION, Node, chart, identity, slug
from superset_dashboard import dashboard

CHARTS = ROOT / "bi" / "charts.yml"
FOLDER = ROOT / "bi" / "superset"
ARCHIVE = ROOT / "target" / "superset.zip"
WAREHOUSE = "/data/llm_telemetry.duckdb"
# a file that may be replaced while it is read, and that no query can leave
ENGINE = {
    "connect_args": {
        "read_only": True,
        "config": {"enable_external_access": "false", "lock_configuration": "true"},
    }
}
AGGREGATES = {
    "sum": "SUM({expression})",
    "percentile": "PERCENTILE_CONT({percentile}) WITHIN GROUP (ORDER BY {expression})",
}
# PostgreSQL would divide counts as integers
RATIO = "CAST({} AS DOUBLE PRECISION) / CAST(NULLIF({}, 0) AS DOUBLE PRECISION)"


class Plain(yaml.SafeDumper):
    """Writes out what occurs twice, instead of a reference to the first place."""

    def ignore_aliases(self, data: object) -> bool:
        """Refer to nothing."""
        return True


def main() -> int:
    """Write the folder, and the archive."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--warehouse", default=WAREHOUSE)
    warehouse = parser.parse_args().warehouse
    parsed = manifest()
    shutil.rmtree(FOLDER, ignore_errors=True)
    for name, text in files(parsed).items():
        file = FOLDER / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    write_archive(ARCHIVE, files(parsed, warehouse))
    print(f"{ARCHIVE.relative_to(ROOT)}: import it into Superset")
    return 0


def write_archive(archive: Path, texts: dict[str, str]) -> None:
    """Write the files as Superset imports them, the same bytes for the same files."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    with ZipFile(archive, "w") as bundle:
        for name, text in texts.items():
            bundle.writestr(ZipInfo(f"llm_telemetry/{name}"), text)


def files(parsed: Node, warehouse: str = WAREHOUSE) -> dict[str, str]:
    """Return the text of each file, by its path in the bundle."""
    charts = yaml.safe_load(CHARTS.read_text())
    datasets = {name: dataset(parsed, name) for name in {one["mart"] for one in charts}}
    made: Node = {"metadata.yaml": VERSION, "databases/marts.yaml": database(warehouse)}
    for name, one in sorted(datasets.items()):
        made[f"datasets/marts/{name}.yaml"] = one
    for one in charts:
        drawn = chart(one, datasets[one["mart"]])
        made[f"charts/{slug(one['question'])}.yaml"] = drawn
    made["dashboards/llm_telemetry.yaml"] = dashboard(charts)
    return {
        name: yaml.dump(one, Dumper=Plain, sort_keys=False, width=100)
        for name, one in made.items()
    }


def database(warehouse: str) -> Node:
    """Return the connection: read-only, opened for each query by Superset itself."""
    return {
        "database_name": "LLM telemetry",
        "sqlalchemy_uri": f"duckdb:///{warehouse}",
        "expose_in_sqllab": True,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "allow_csv_upload": False,
        "extra": {"engine_params": ENGINE},
        "uuid": identity("database"),
        **VERSION,
    }


def dataset(parsed: Node, mart: str) -> Node:
    """Return a mart as a data set, with the metrics of its semantic model."""
    (node,) = (
        node
        for node in parsed["nodes"].values()
        if node["resource_type"] == "model" and node["name"] == mart
    )
    columns = [
        {
            "column_name": column["name"],
            "type": column["data_type"].upper(),
            "is_dttm": column["data_type"] in {"date", "timestamp"},
            "description": " ".join(column["description"].split()),
        }
        for column in node["columns"].values()
    ]
    columns += calculated(parsed, mart)
    times = [column["column_name"] for column in columns if column["is_dttm"]]
    return {
        "table_name": mart,
        "main_dttm_col": times[0] if times else None,
        "description": " ".join(node["description"].split()),
        "schema": "marts",
        "columns": columns,
        "metrics": list(metrics(parsed, node)),
        "uuid": identity(f"datasets/{mart}"),
        "database_uuid": identity("database"),
        **VERSION,
    }


def semantic_models(parsed: Node, mart: str) -> list[Node]:
    """Return the semantic models of a mart: one, or none."""
    return [
        model
        for model in parsed["semantic_models"].values()
        if model["node_relation"]["alias"] == mart
    ]


def calculated(parsed: Node, mart: str) -> Iterator[Node]:
    """Yield the dimensions of a mart's semantic model that are not columns."""
    for model in semantic_models(parsed, mart):
        for dimension in model["dimensions"]:
            if dimension["expr"]:
                yield {
                    "column_name": dimension["name"],
                    "is_dttm": False,
                    "description": dimension["description"],
                    "expression": dimension["expr"],
                }


def metrics(parsed: Node, node: Node) -> Iterator[Node]:
    """Yield the metrics of a mart's semantic model, in SQL."""
    measured = {
        measure["name"]: aggregate(measure)
        for model in semantic_models(parsed, node["name"])
        for measure in model["measures"]
    }
    for metric in parsed["metrics"].values():
        given = metric["type_params"]["input_measures"]
        sums = [measured.get(measure["name"]) for measure in given]
        if not all(sums):
            continue
        is_ratio = metric["type"] == "ratio"
        # dbt describes a metric that is made of a measure by the measure's name
        column = {} if is_ratio else node["columns"].get(metric["name"], {})
        yield {
            "metric_name": metric["name"],
            "verbose_name": metric["label"],
            "expression": RATIO.format(*sums) if is_ratio else sums[0],
            "description": column.get("description", metric["description"]),
        }


def aggregate(measure: Node) -> str:
    """Return a measure in SQL."""
    return AGGREGATES[measure["agg"]].format(
        expression=measure["expr"] or measure["name"], **measure["agg_params"] or {}
    )


if __name__ == "__main__":
    sys.exit(main())

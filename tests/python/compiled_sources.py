"""The staging models of a source, compiled once and run on files of a test's own."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import warm_dbt
from conftest import ROOT

from llm_telemetry.warehouse.parse_cache import PARSED

# an empty file of each kind, in whose place a test's own are read
EMPTY = {"empty.jsonl": "", "empty.json": "[]"}
# what the hooks of a model add for each line that is no text
TORN = {
    "deliveries": "(file_name) select file_path",
    "records": "(file_path, is_object, is_readable) select file_path, false, false",
    "mlflow records": "(file_path, is_readable) select file_path, false",
}


@dataclass(frozen=True)
class Model:
    """One staging model: what it is called, how it is kept and its SQL."""

    name: str
    materialized: str
    sql: str


@dataclass(frozen=True)
class Compiled:
    """The models in the order they are built, and the file whose place is taken."""

    models: tuple[Model, ...]
    data: Path


@cache
def compiled(source: str, *kinds: str) -> Compiled:
    """Have dbt build the models on a folder of one empty file of each kind."""
    folder = Path(tempfile.mkdtemp(prefix=source))
    data = folder / "data"
    data.mkdir()
    for kind in kinds:
        (data / f"empty.{kind}").write_text(EMPTY[f"empty.{kind}"])
    places = {
        "LLMOPS_DATA_DIR": data,
        "SOURCES": source,
        "KEEP_CONTENT": 1,
        "LLM_TELEMETRY_WAREHOUSE": folder / "building.duckdb",
        "LLM_TELEMETRY_MARTS": folder / "published.duckdb",
        "DO_NOT_TRACK": 1,
    }
    arguments = [
        *("build", "--select", f"+path:models/staging/{source}", "--target", "run"),
        *("--project-dir", str(ROOT), "--profiles-dir", str(ROOT), "--quiet"),
        *("--target-path", str(folder), "--log-path", str(folder)),
    ]
    if PARSED.exists():
        shutil.copy2(PARSED, folder)
    environment = os.environ | {name: str(place) for name, place in places.items()}
    log: list[str] = []
    assert warm_dbt.run(arguments, environment, log.append) == 0, log
    manifest = json.loads((folder / "manifest.json").read_text())
    return Compiled(tuple(_models(manifest, folder, source)), data)


def _models(manifest: dict[str, Any], folder: Path, source: str) -> Iterator[Model]:
    nodes = {
        key: node
        for key, node in manifest["nodes"].items()
        if node["name"].startswith(f"stg_{source}__")
        # dbt has put these into the models that read them
        and node["config"]["materialized"] != "ephemeral"
    }
    parents = {key: manifest["parent_map"][key] for key in nodes}
    for key in TopologicalSorter(parents).static_order():
        if key in nodes:
            name, path = nodes[key]["name"], nodes[key]["original_file_path"]
            (file,) = folder.glob(f"compiled/*/{path}")
            kept = nodes[key]["config"]["materialized"]
            yield Model(name.split("__")[1], kept, file.read_text())


def staged(
    source: str, files: Iterable[Path], *kinds: str, memory: str = "80%"
) -> dict[str, pd.DataFrame]:
    """Run the models on the files within the memory; return each as sorted rows."""
    models = _on(source, files, kinds)
    with _filled(source, models, memory) as connection:
        return _read(connection, source, [model.name for model in models])


@contextmanager
def restaged(
    source: str, files: Iterable[Path], *kinds: str, ends: Iterable[str]
) -> Iterator[Callable[[], dict[str, pd.DataFrame]]]:
    """Yield what runs the models on all that the files then hold, and reads the ends.

    Each model is planned once, which takes far longer than to run it.
    """
    models = _on(source, files, kinds)
    tables = [model for model in models if model.materialized == "table"]
    names = [model.name for model in models if model.name in ends]
    with _filled(source, models) as connection:
        # what was read of a file goes with it
        connection.execute("set enable_external_file_cache = false")
        for model in tables:
            insert = f"insert into {_relation(source, model.name)} {model.sql}"
            connection.execute(f"prepare {model.name} as {insert}")

        def again() -> dict[str, pd.DataFrame]:
            for model in tables:
                connection.execute(f"delete from {_relation(source, model.name)}")
                connection.execute(f"execute {model.name}")
                _count_torn_lines(connection, source, model.name)
            return _read(connection, source, names)

        yield again


@contextmanager
def _filled(
    source: str, models: Iterable[Model], memory: str = "80%"
) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"memory_limit": memory}) as connection:
        connection.execute(
            "attach ':memory:' as building; set TimeZone = 'UTC'; set threads = 1"
        )
        connection.execute("create schema building.staging")
        for model in models:
            relation = _relation(source, model.name)
            connection.execute(f"create {model.materialized} {relation} as {model.sql}")
            _count_torn_lines(connection, source, model.name)
        yield connection


def _count_torn_lines(
    connection: duckdb.DuckDBPyConnection, source: str, name: str
) -> None:
    listed = "from duckdb_tables() where table_name = 'torn_lines'"
    if not connection.execute(listed).fetchall():
        return
    if row := TORN.get(f"{source} {name}", TORN.get(name)):
        scans = "from torn_lines inner join torn_scans using (scan_id, file_id)"
        insert = f"insert into {_relation(source, name)} {row} {scans}"
        connection.execute(insert)
    connection.execute("drop table torn_lines; drop table torn_scans")


def _read(
    connection: duckdb.DuckDBPyConnection, source: str, names: Iterable[str]
) -> dict[str, pd.DataFrame]:
    return {
        name: connection.sql(f"from {_relation(source, name)} order by all").df()
        for name in names
    }


def _relation(source: str, name: str) -> str:
    return f"building.staging.stg_{source}__{name}"


def _on(source: str, files: Iterable[Path], kinds: Iterable[str]) -> list[Model]:
    ready = compiled(source, *kinds)
    paths = [str(file) for file in files]
    return [
        replace(model, sql=_reading(model.sql, ready, paths, kinds))
        for model in ready.models
    ]


def _reading(sql: str, ready: Compiled, paths: list[str], kinds: Iterable[str]) -> str:
    """Put the paths beside the empty file of their kind."""
    for kind in kinds:
        empty = ready.data / f"empty.{kind}"
        own = [path for path in paths if (".jsonl" in path) == (kind == "jsonl")]
        listed = ", ".join(f"'{path}'" for path in [str(empty), *own])
        sql = sql.replace(f"['{empty}']", f"[{listed}]")
    return sql

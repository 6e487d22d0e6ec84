"""The staging models of a source, compiled once and run on files of a test's own."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
    # those of the source that it reads
    parents: frozenset[str]


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

    def stored_parents(key: str) -> Iterator[str]:
        for parent in manifest["parent_map"].get(key, ()):
            yield from [parent] if parent in nodes else stored_parents(parent)

    parents = {key: frozenset(stored_parents(key)) for key in nodes}
    for key in TopologicalSorter(parents).static_order():
        path = nodes[key]["original_file_path"]
        (file,) = folder.glob(f"compiled/*/{path}")
        yield Model(
            name=_short(nodes[key]["name"]),
            materialized=nodes[key]["config"]["materialized"],
            sql=file.read_text(),
            parents=frozenset(_short(nodes[parent]["name"]) for parent in parents[key]),
        )


def _short(name: str) -> str:
    return name.split("__")[1]


class Tables(Mapping[str, pd.DataFrame]):
    """The models of a source as sorted rows, each run when it is first read."""

    def __init__(self, source: str, models: Sequence[Model], memory: str) -> None:
        """Begin with none of them."""
        self._source = source
        self._models = {model.name: model for model in models}
        self._connection = _connected(memory)
        self._run: set[str] = set()
        self._read: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Return the rows of a model, after those that it reads have been run."""
        if name not in self._read:
            self._build(self._models[name])
            self._read |= _read(self._connection, self._source, [name])
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        """Go through the names of all models, run or not."""
        return iter(self._models)

    def __len__(self) -> int:
        """Return the number of models."""
        return len(self._models)

    def _build(self, model: Model) -> None:
        for parent in sorted(model.parents - self._run):
            self._build(self._models[parent])
        if model.name not in self._run:
            _create(self._connection, self._source, model)
            self._run.add(model.name)


def staged(
    source: str, files: Iterable[Path], *kinds: str, memory: str = "80%"
) -> Tables:
    """Return the models on the files, to be run within the memory."""
    return Tables(source, _on(source, files, kinds), memory)


@contextmanager
def restaged(
    source: str, files: Iterable[Path], *kinds: str, ends: Iterable[str]
) -> Iterator[Callable[[], dict[str, pd.DataFrame]]]:
    """Yield what runs the models on what the files then hold, and reads the ends."""
    models = _on(source, files, kinds)
    tables = [model for model in models if model.materialized == "table"]
    names = [model.name for model in models if model.name in ends]
    with _connected("80%") as connection:
        for model in models:
            _create(connection, source, model)
        # what was read of a file goes with it
        connection.execute("set enable_external_file_cache = false")

        def again() -> dict[str, pd.DataFrame]:
            for model in tables:
                relation = _relation(source, model.name)
                connection.execute(f"delete from {relation}")
                connection.execute(f"insert into {relation} {model.sql}")
                _count_torn_lines(connection, source, model.name)
            return _read(connection, source, names)

        yield again


def _connected(memory: str) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"memory_limit": memory})
    connection.execute(
        "attach ':memory:' as building; set TimeZone = 'UTC'; set threads = 1"
    )
    connection.execute("create schema building.staging")
    return connection


def _create(connection: duckdb.DuckDBPyConnection, source: str, model: Model) -> None:
    relation = _relation(source, model.name)
    connection.execute(f"create {model.materialized} {relation} as {model.sql}")
    _count_torn_lines(connection, source, model.name)


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

"""Every mart, every row, every column: what Spark builds is what DuckDB builds."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml
from conftest import ROOT, SAMPLE, Both
from planted import plant

from llm_telemetry.simulate import simulate, write
from llm_telemetry.warehouse.connection import Connection, opened

# what names the engine, or writes numbers in the engine's own way to digest them
OF_THE_ENGINE = {
    ("build_info", "build_id"),
    ("build_info", "engine"),
    ("build_info", "engine_version"),
    ("inputs", "content_sha256"),
    ("loaded_files", "landed_file"),
}
MARTS = sorted(
    model["name"]
    for file in ROOT.glob("models/marts/**/*.yml")
    for model in yaml.safe_load(file.read_text()).get("models", [])
)
Build = Callable[..., Both]
NO_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")


def test_the_sample_is_the_same_on_both(built: Build) -> None:
    assert_same(built(SAMPLE, "--exclude-resource-type", "unit_test"))


def test_planted_values_are_read_the_same_on_both(built: Build, tmp_path: Path) -> None:
    plant(tmp_path)
    # some of them are faults that stop a build
    assert_same(built(tmp_path, *NO_TESTS))


def test_a_simulated_world_is_the_same_on_both(built: Build, tmp_path: Path) -> None:
    write(simulate("real", interactions=200_000, seed=7), tmp_path)
    assert_same(built(tmp_path, *NO_TESTS))


def assert_same(both: Both) -> None:
    """Hold every mart of one engine against the other's; name the first difference."""
    with opened(both.duckdb) as duckdb, opened(both.spark) as spark:
        assert marts(duckdb) == MARTS
        assert marts(spark) == MARTS
        for mart in MARTS:
            difference = next(differences(mart, duckdb, spark), None)
            assert difference is None, difference


def marts(connection: Connection) -> list[str]:
    names = (
        "select table_name from information_schema.tables where table_schema = 'marts'"
    )
    return sorted(name for (name,) in connection.execute(names).fetchall())


def differences(mart: str, duckdb: Connection, spark: Connection) -> Iterator[str]:
    """Yield the columns, the number of rows and the values that differ."""
    columns = described(mart, duckdb)
    if columns != (others := described(mart, spark)):
        yield f"{mart}: columns {set(columns.items()) ^ set(others.items())}"
    ours, theirs = rows(mart, columns, duckdb), rows(mart, columns, spark)
    if len(ours) != len(theirs):
        yield f"{mart}: {len(ours)} rows, {len(theirs)} on Spark"
    for number, (row, other) in enumerate(zip(ours, theirs, strict=False)):
        for column, value, found in zip(columns, row, other, strict=True):
            if (mart, column) not in OF_THE_ENGINE and not is_same(value, found):
                yield f"{mart}.{column}, row {number}: {value!r}, {found!r} on Spark"


def described(mart: str, connection: Connection) -> dict[str, str]:
    """Return the type of each column, the doubles last: they do not sort rows."""
    columns = connection.execute(f"describe marts.{mart}").fetchall()
    types = {name: kind for name, kind, *_ in columns}
    return dict(sorted(types.items(), key=lambda item: item[1] == "DOUBLE"))


def rows(mart: str, columns: dict[str, str], connection: Connection) -> list[Any]:
    keys = [
        f"round({name}, 6)" if kind == "DOUBLE" else name
        for name, kind in columns.items()
        if (mart, name) not in OF_THE_ENGINE
    ]
    query = f"select {', '.join(columns)} from marts.{mart} order by {', '.join(keys)}"
    return connection.execute(query).fetchall()


def is_same(value: Any, found: Any) -> bool:
    """Return whether they are equal; of floats, to nine digits."""
    if isinstance(value, float) and isinstance(found, float):
        return math.isclose(value, found, rel_tol=1e-9, abs_tol=1e-12)
    return bool(value == found)

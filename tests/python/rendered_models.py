"""Models run on tables of a test's own, without a warehouse."""

import re
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import jinja2
import pandas as pd
import yaml

ROOT = Path(__file__).parents[2]
# the mart and what it alone is made of
EVALUATORS = ("int_evaluator_agreement", "int_evaluator_length_slopes", "evaluators")


def fail(message: str) -> None:
    """Stand in for dbt's compiler error."""
    raise ValueError(message)


@cache
def macros() -> str:
    """Return every macro, without other sources, backfilled days, constant columns."""
    no_other_source = "{% macro sources_on(table) %}{% endmacro %}"
    no_backfill = (
        "{% macro rollup_rows(interactions, backfilled) %}"
        "select * from {{ interactions }} where interaction_date is not null"
        "{% endmacro %}"
    )
    texts = [file.read_text() for file in sorted(ROOT.glob("macros/**/*.sql"))]
    # a materialization is a tag of dbt's own
    texts = [text for text in texts if "{% materialization" not in text]
    every_column = "{% macro stored_and_constant_columns() %}*{% endmacro %}"
    return "\n".join([*texts, no_other_source, no_backfill, every_column])


def once_each(calls: pd.DataFrame) -> pd.DataFrame:
    """Return interactions nobody tried twice, with what that says of operations."""
    return calls.assign(
        is_final_attempt=True,
        cache_hit=False,
        operation_latency_ms=calls["latency_ms"],
        is_operation_failure=calls["is_failure"],
        is_operation_sla_breach=calls["is_sla_breach"],
    )


def render(template: str, **knobs: float) -> str:
    """Render SQL with the project's macros and knobs; a ref is the bare model name."""
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]
    context: dict[str, Any] = {
        "ref": lambda name: name,
        "source": lambda source, name: name,
        "execute": False,
        "model": SimpleNamespace(resource_type="model"),
        "return": lambda value: value,
        "config": lambda **_: "",
        "var": lambda name, default=None: {**project, **knobs}.get(name, default),
        "env_var": lambda name, default=None: default,
        "modules": SimpleNamespace(re=re),
        "target": SimpleNamespace(type="duckdb"),
        "exceptions": SimpleNamespace(raise_compiler_error=fail),
    }
    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    return environment.from_string(macros() + template).render(context)


@cache
def rendered(model: str, **knobs: float) -> str:
    """Render a model of the project."""
    (path,) = ROOT.glob(f"models/**/{model}.sql")
    return render(path.read_text(), **knobs)


def build(connection: duckdb.DuckDBPyConnection, *models: str, **knobs: float) -> None:
    """Build models in the order given, each as a table of its own name."""
    for model in models:
        sql = rendered(model, **knobs)
        connection.execute(f"create or replace table {model} as {sql}")


def with_seed(connection: duckdb.DuckDBPyConnection, seed: str) -> None:
    """Load a seed of the project."""
    frame = pd.read_csv(ROOT / "seeds" / f"{seed}.csv")
    connection.register("frame", frame)
    connection.execute(f"create or replace table {seed} as select * from frame")
    connection.unregister("frame")


def without_anomalies(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the mart of anomalies as it is where nothing was judged."""
    connection.execute(
        "create or replace table anomalies (interaction_date date, metric varchar, "
        "dimension varchar, member varchar, window_days bigint, value double, "
        "baseline double, verdict varchar)"
    )

"""Calls priced by the project's own models, over seeds and rows of a test's own."""

from collections.abc import Iterable, Mapping

import duckdb
import pandas as pd
import yaml
from rendered_models import ROOT, build

PRICED_MODELS = (
    "int_models_observed",
    "int_model_price_matches",
    "int_prices_normalized",
    "int_prices_applicable",
    "int_interactions_priced",
)
SEEDS = (
    "model_prices",
    "price_overrides",
    "model_aliases",
    "provider_aliases",
    "model_price_matches",
    "price_provider_matches",
)
CALL_TYPES = {
    "interaction_id": "varchar",
    "source": "varchar",
    "service_name": "varchar",
    "model_provider": "varchar",
    "model_name": "varchar",
    "service_tier": "varchar",
    "timestamp_utc": "timestamp",
    "date_utc": "timestamp",
    "hour_of_day_utc": "bigint",
    "prompt_tokens": "bigint",
    "completion_tokens": "bigint",
    "cache_read_tokens": "bigint",
    "cache_write_tokens": "bigint",
    "reasoning_tokens": "bigint",
    "cache_hit": "boolean",
    "cost_usd": "double",
}
Row = Mapping[str, object]


def priced(
    calls: Iterable[Row],
    seeds: Mapping[str, list[Row]] | None = None,
    **knobs: float,
) -> pd.DataFrame:
    """Price calls; ``seeds`` replaces the rows of those that it names."""
    with duckdb.connect(config={"threads": 2}) as connection:
        stage(connection, calls, seeds)
        build(connection, *PRICED_MODELS, **knobs)
        query = "from int_interactions_priced order by interaction_id"
        return connection.execute(query).df().set_index("interaction_id")


def stage(
    connection: duckdb.DuckDBPyConnection,
    calls: Iterable[Row],
    seeds: Mapping[str, list[Row]] | None = None,
) -> None:
    """Create what the models of the prices read."""
    for name in SEEDS:
        load_seed(connection, name, (seeds or {}).get(name))
    load(connection, "int_interactions_unioned", CALL_TYPES, calls)


def load_seed(
    connection: duckdb.DuckDBPyConnection, name: str, rows: list[Row] | None
) -> None:
    """Load a seed of the project with the types it promises, or rows in its place."""
    file = ROOT / "seeds" / f"{name}.csv"
    (promised,) = yaml.safe_load(file.with_suffix(".yml").read_text())["seeds"]
    types = promised["config"]["column_types"]
    if rows is not None:
        load(connection, name, types, rows)
        return
    connection.execute(
        f"create table {name} as from read_csv(?, header=true, columns=?)",
        [str(file), types],
    )


def load(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    types: Mapping[str, str],
    rows: Iterable[Row],
) -> None:
    """Create a table of rows; what a row lacks is unknown."""
    frame = pd.DataFrame(list(rows), columns=list(types), dtype=object)
    casts = ", ".join(
        f"cast({name} as {type_}) as {name}" for name, type_ in types.items()
    )
    connection.register("frame", frame)
    connection.execute(f"create table {name} as select {casts} from frame")
    connection.unregister("frame")

"""The hotspot models, built over interactions of a test's own."""

import duckdb
import pandas as pd
from rendered_models import build

DIMENSIONS = (
    "use_case",
    "account_tier",
    "channel",
    "region",
    "segment",
    "model_provider",
    "model_name",
)
MEASURES = ("interaction_id", "session_id", "is_failure", "latency_ms", "cost_usd")
SLA_MS = 2200
HOTSPOT_MODELS = (
    "int_slice_rows",
    "int_dimension_combinations",
    "int_slice_latencies",
    "int_slices",
    "int_slice_cluster_sums",
    "int_slice_effects",
    "int_slice_heterogeneity",
    "int_slice_z_scores",
    "int_slice_tests",
    "int_slice_nesting",
    "int_slice_redundancy",
    "risk_slices",
    "model_hotspots",
)


def build_hotspots(
    rows: pd.DataFrame, threads: int = 2, **knobs: float
) -> duckdb.DuckDBPyConnection:
    """Build the models over rows; what a row lacks is unknown."""
    connection = duckdb.connect(config={"threads": threads})
    connection.register("rows", _typed(rows))
    connection.execute("create table interactions as from rows")
    build(connection, *HOTSPOT_MODELS, **knobs)
    return connection


def _typed(rows: pd.DataFrame) -> pd.DataFrame:
    """Complete rows to what the models read of the interactions mart."""
    typed = rows.reindex(columns=[*MEASURES, *DIMENSIONS])
    typed["latency_ms"] = typed["latency_ms"].astype(float)
    typed["cost_usd"] = typed["cost_usd"].astype(float)
    typed["is_failure"] = typed["is_failure"].astype("boolean")
    typed["cache_hit"] = False
    breach = (typed["latency_ms"] > SLA_MS).astype("boolean")
    typed["is_sla_breach"] = breach.mask(typed["latency_ms"].isna())
    names = [*DIMENSIONS, "interaction_id", "session_id"]
    typed[names] = typed[names].astype("string")
    return typed

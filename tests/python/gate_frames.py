"""Frames for the tests of the gate: the marts of a log, without a warehouse."""

from collections.abc import Iterable
from typing import Any

import duckdb
import pandas as pd
from conftest import KNOBS as PROJECT_KNOBS
from rendered_models import build

from llm_telemetry.gate import Version

KNOBS = {
    name: float(setting)
    for name, setting in PROJECT_KNOBS.items()
    if not isinstance(setting, str)
}
MARTS = ("release_slices", "release_latencies")
MODELS = ("int_release_rows", "int_release_names", *MARTS)
USUAL: dict[str, Any] = {
    "timestamp_utc": pd.Timestamp("2025-01-06 12:00"),
    "use_case": "chat",
    "account_tier": "free",
    "prompt_version": "v1",
    "model_name": "m",
    "model_provider": "p",
    "latency_ms": 1000.0,
    "cost_usd": 0.01,
    "is_failure": False,
    "is_sla_breach": False,
    "response_quality_score": None,
}


def interactions(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Return a log; what a row does not say is usual, its session its own."""
    return pd.DataFrame(
        [USUAL | {"session_id": f"s{n:06}"} | row for n, row in enumerate(rows)]
    )


def calls(count: int, failures: int, **shared: Any) -> list[dict[str, Any]]:
    """Return so many calls that share everything; the first of them failed."""
    return [{**shared, "is_failure": n < failures} for n in range(count)]


def marts(log: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Build the gate's marts over a log."""
    if "is_sla_breach" not in log:
        breach = (log["latency_ms"] > KNOBS["sla_ms"]).astype("boolean")
        log = log.assign(is_sla_breach=breach.mask(log["latency_ms"].isna()))
    stamps = pd.to_datetime(log["timestamp_utc"])
    log = log.assign(timestamp_utc=stamps.dt.tz_localize(None), cache_hit=False)
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("frame", log)
        connection.execute(
            "create table interactions as select * replace "
            "(cast(response_quality_score as double) as response_quality_score) "
            "from frame"
        )
        build(connection, *MODELS)
        return {
            name: connection.sql(f"from {name} order by all").df() for name in MODELS
        }


def version(built: dict[str, pd.DataFrame], column: str, name: str) -> Version:
    """Return one version's rows of the marts."""
    where = f"version_column == '{column}' and version == '{name}'"
    cells, latencies = (built[mart].query(where) for mart in MARTS)
    return Version(name, cells, latencies)


def pair(log: pd.DataFrame) -> tuple[Version, Version]:
    """Return prompt versions v1 and v2 of a log."""
    built = marts(log)
    return (
        version(built, "prompt_version", "v1"),
        version(built, "prompt_version", "v2"),
    )

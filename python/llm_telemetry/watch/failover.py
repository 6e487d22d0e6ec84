"""Who can take over from a provider that fails, for the message about it."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from llm_telemetry.errors import InputError
from llm_telemetry.warehouse import connection
from llm_telemetry.watch.rules import Rule

DIMENSION = "model_provider"
COLUMNS = (
    *("use_case", "failing_provider", "model_provider", "model_name"),
    *("constraint_status", "failure_rate", "p95_latency_ms"),
)


def advice(
    warehouse: Path, rules: Iterable[Rule]
) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Return a line per use case, by the provider that fails; none without the mart."""
    if not any(r.by == DIMENSION and r.metric == "failure_rate" for r in rules):
        return {}
    try:
        arms = connection.read(
            "failover_arms",
            warehouse,
            columns=COLUMNS,
            where="choice = 1",
            order_by="failing_provider, use_case",
        )
    except InputError:
        return {}
    lines: dict[tuple[str, str], tuple[str, ...]] = {}
    for row in arms.to_dict("records"):
        key = (DIMENSION, str(row["failing_provider"]))
        lines[key] = (*lines.get(key, ()), _line(row))
    return lines


def _line(row: Mapping[Any, Any]) -> str:
    if not isinstance(row["model_name"], str):
        return f"{row['use_case']}: no arm is left to take over"
    numbers = []
    if row["failure_rate"] == row["failure_rate"]:
        numbers.append(f"{row['failure_rate']:.1%} failures")
    if row["p95_latency_ms"] == row["p95_latency_ms"]:
        numbers.append(f"p95 {row['p95_latency_ms']:,.0f} ms")
    arm = f"{row['model_provider']} {row['model_name']}"
    said = ", ".join([f"{arm} ({row['constraint_status']})", *numbers])
    return f"{row['use_case']}: {said}; a person decides, see marts.failover_arms"

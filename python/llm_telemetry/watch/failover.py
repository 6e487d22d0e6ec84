"""Which arms could take over from a failing provider, for the message of its alert."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from llm_telemetry.artifact import failover
from llm_telemetry.decisions.types import rows
from llm_telemetry.errors import InputError
from llm_telemetry.warehouse.connection import read
from llm_telemetry.watch.rules import Rule

DIMENSION = "model_provider"
FIRST_CHOICES = "choice = 1"


def lines(warehouse: Path, provider: str) -> list[str]:
    """Return a line on a provider and one per use case; none where it does not fail."""
    return list(_by_provider(warehouse).get(provider, ()))


def advice(
    warehouse: Path, rules: Iterable[Rule]
) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Return these lines by dimension and provider; none without the mart."""
    if not any(r.by == DIMENSION and r.metric == "failure_rate" for r in rules):
        return {}
    try:
        found = _by_provider(warehouse)
    except InputError:
        return {}
    return {(DIMENSION, provider): said for provider, said in found.items()}


def _by_provider(warehouse: Path) -> dict[str, tuple[str, ...]]:
    arms = read("failover_arms", warehouse, where=FIRST_CHOICES)
    return {
        str(provider): tuple(failover.lines(rows(of_provider)))
        for provider, of_provider in arms.groupby("failing_provider", sort=True)
    }

"""Which arms could take over from a failing provider, for the message of its alert."""

from pathlib import Path

from llm_telemetry.artifact import failover
from llm_telemetry.decisions.types import rows
from llm_telemetry.warehouse.connection import read

FIRST_CHOICES = "choice = 1"


def lines(warehouse: Path, provider: str) -> list[str]:
    """Return a line on a provider and one per use case; none where it does not fail."""
    arms = read("failover_arms", warehouse, where=FIRST_CHOICES)
    return failover.lines(rows(arms[arms["failing_provider"] == provider]))

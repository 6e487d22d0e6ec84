"""How much, how well and how dear: against the period before."""

from llm_telemetry.dashboard import show

TITLE = "How is the product doing, against the period before?"


def draw() -> None:
    show.empty("Nothing yet", "llm-telemetry run")

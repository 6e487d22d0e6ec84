"""What the programs of all emitters share: where to export, how to make calls."""

import os
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

Case = dict[str, Any]
CASES: dict[str, Case] = tomllib.loads(
    Path(__file__).parents[1].joinpath("cases.toml").read_text()
)
URL = os.environ["PROVIDER_URL"]
TIMEOUT_S = 1.0
# read before the reader leaves
FEW = 3
PARAMETERS = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
}


def weather(city: str) -> str:
    """Return the weather of a city, which is what the tool of the cases does."""
    return f"sunny in {city}"


def tracing() -> Any:
    """Set the tracer provider that exports over OTLP, and return it."""
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    return provider


def retries(name: str) -> int:
    """Return how often a client may try again."""
    return int(name == "retried")


def each(call: Callable[[str, Case], object]) -> None:
    """Make the call of every case; a case that fails is meant to."""
    for name, case in CASES.items():
        try:
            call(name, case)
        except Exception as error:
            print(f"{name}: {type(error).__name__}: {str(error)[:160]}")

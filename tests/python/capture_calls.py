"""Calls as an app counts them."""

from typing import Any

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from llm_telemetry.capture.call_metrics import CallMetrics
from llm_telemetry.capture.calls import Call
from llm_telemetry.capture.prices import Usage


def call(model: str | None = "gpt-5", status: str = "ok", **changed: Any) -> Call:
    """Return a call of a second that nothing is special about, but what is changed."""
    plain = {
        "operation": "chat",
        "provider": "openai",
        "request_model": model,
        "response_model": None,
        "prompt_version": "v1",
        "status": status,
        "error_type": "Timeout" if status == "error" else None,
        "duration_s": 1.0,
        "latency_s": changed.get("duration_s", 1.0),
        "first_chunk_s": None,
        "usage": Usage(100, 20),
        "cost_usd": 0.25,
    }
    return Call(**(plain | changed))


class Metered:
    """Metrics of calls, and what a reader finds of them."""

    def __init__(self) -> None:
        self.reader = InMemoryMetricReader()
        meter = MeterProvider([self.reader], shutdown_on_exit=False).get_meter("test")
        self.metrics = CallMetrics(meter)

    def points(self, name: str) -> list[Any]:
        """Return the points of a metric."""
        data = self.reader.get_metrics_data()
        return [
            point
            for resource in (data.resource_metrics if data else ())
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if metric.name == name
            for point in metric.data.data_points
        ]

    def total(self, name: str) -> float:
        """Return the sum of a counter."""
        return sum(point.value for point in self.points(name))

"""Serve metrics over HTTP in the format of Prometheus, from inside the app."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress

from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import AlwaysOffExemplarFilter, MeterProvider
from opentelemetry.sdk.resources import Resource
from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

Settled = Callable[[], AbstractContextManager[None]]


class Endpoint:
    """A meter provider whose metrics are served on a port, and nobody else's.

    It is none that the app or an instrumentation uses, so what they measure under the
    same names is not counted here again. A forked child does not serve: the port is
    its parent's.
    """

    def __init__(
        self, host: str, port: int, resource: Resource, settled: Settled
    ) -> None:
        translated = CollectorRegistry()
        reader = PrometheusMetricReader(scope_info_enabled=False, registry=translated)
        self.provider = MeterProvider(
            [reader],
            resource,
            exemplar_filter=AlwaysOffExemplarFilter(),
            shutdown_on_exit=False,
        )
        served = CollectorRegistry()
        served.register(_Settled(translated, settled))
        # raises OSError where the port is in use
        self._server, _ = start_http_server(port, host, served)
        self.port = self._server.server_port
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{self.port}/metrics"

    def leave_to_parent(self) -> None:
        """Close the socket that a forked child inherits, or it would keep the port."""
        with suppress(OSError):
            self._server.socket.close()


class _Settled(Collector):
    """Collects while no call is being counted."""

    def __init__(self, registry: CollectorRegistry, settled: Settled) -> None:
        self._registry = registry
        self._settled = settled

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics of a moment, with every call that ended before it."""
        with self._settled():
            metrics = list(self._registry.collect())
        yield from metrics

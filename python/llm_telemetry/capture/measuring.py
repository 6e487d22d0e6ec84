"""What counts the calls of a process: an endpoint, an app's meters, and windows."""

import logging
import os
from typing import TYPE_CHECKING

from opentelemetry.metrics import MeterProvider
from opentelemetry.sdk.environment_variables import OTEL_SDK_DISABLED
from opentelemetry.sdk.resources import Resource

from llm_telemetry.capture.call_metrics import SCOPE, CallMetrics
from llm_telemetry.capture.call_window import CallWindow
from llm_telemetry.capture.finished_calls import FinishedCalls, Listener

if TYPE_CHECKING:
    from llm_telemetry.capture.endpoint import Endpoint

_log = logging.getLogger(__name__)


class Measuring:
    """Counts what finished, for everyone who asked; nothing is counted until then."""

    def __init__(self, resource: Resource) -> None:
        self.calls = FinishedCalls()
        self._resource = resource
        self._endpoint: Endpoint | None = None
        self._served: Listener | None = None
        self._windows: list[CallWindow] = []
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._leave_to_parent)

    @property
    def url(self) -> str | None:
        """Return where this process serves its metrics, if it does."""
        return self._endpoint.url if self._endpoint else None

    def serve(self, host: str, port: int) -> None:
        """Serve metrics; where that cannot be, say so and go on."""
        if os.environ.get(OTEL_SDK_DISABLED, "").strip().lower() == "true":
            return
        if self._endpoint is not None:
            if port not in (0, self._endpoint.port):
                _log.warning("metrics are still served at %s", self._endpoint.url)
            return
        try:
            # an app without an endpoint need not load a server
            from llm_telemetry.capture.endpoint import Endpoint

            self.calls.prepare()
            endpoint = Endpoint(host, port, self._resource, self.calls.settled)
            served = CallMetrics(endpoint.provider.get_meter(SCOPE)).record
            self.calls.listen(served)
        # telemetry must never break the app, whatever went wrong
        except Exception as error:
            reason = getattr(error, "strerror", None) or error
            _log.warning("metrics are not served on %s:%s: %s", host, port, reason)
            return
        self._endpoint, self._served = endpoint, served

    def export(self, meters: MeterProvider) -> None:
        """Record metrics with the app's own meters."""
        self.calls.listen(CallMetrics(meters.get_meter(SCOPE)).record)

    def track(self, minutes: float) -> CallWindow:
        """Count the calls of the last minutes."""
        window = CallWindow(minutes, self.calls.settled)
        try:
            self.calls.listen(window.add)
            self._windows.append(window)
        # telemetry must never break the app, whatever went wrong
        except Exception as error:
            _log.warning("no call is counted: %s", error)
        return window

    def _leave_to_parent(self) -> None:
        """Forget the parent's endpoint and calls, in the child of a fork."""
        for window in self._windows:
            window.forget()
        endpoint, self._endpoint = self._endpoint, None
        if endpoint is not None and self._served is not None:
            endpoint.leave_to_parent()
            self.calls.leave(self._served)

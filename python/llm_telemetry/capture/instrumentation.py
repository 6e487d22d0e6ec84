"""Switch capture on: instrumentations, context, landing, metrics, in one call."""

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from multiprocessing import util
from pathlib import Path

from opentelemetry import trace
from opentelemetry._logs import get_logger_provider, set_logger_provider
from opentelemetry.metrics import MeterProvider, NoOpMeterProvider
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from llm_telemetry.capture.call_window import CallWindow
from llm_telemetry.capture.context import CallContextProcessor
from llm_telemetry.capture.exporters import LandingLogExporter, LandingSpanExporter
from llm_telemetry.capture.measuring import Measuring
from llm_telemetry.capture.segment_writer import MAX_AGE_S, MAX_BYTES
from llm_telemetry.capture.threads import follow_threads
from llm_telemetry.ingest.segments import seal_orphans

CONTENT = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
BATCH_DELAY_S = 1.0
# some 2 KB each; one more is dropped, with a warning, rather than the app kept waiting
QUEUE = 8192
# distributions of the OpenTelemetry project; others record content by default
_OFFICIAL = (
    "opentelemetry-instrumentation-genai-",
    "opentelemetry-instrumentation-google-genai",
)

TWICE = (
    "%s was instrumented before: what it records in the meter provider is there twice, "
    "by scope; call instrument first"
)
# nobody else's to read, unless the app says so
LOOPBACK = "127.0.0.1"

_log = logging.getLogger(__name__)
_switch = threading.Lock()
_active: "_Capture | None" = None


@dataclass(frozen=True)
class _Sizes:
    max_bytes: int
    max_age_s: float
    delay_s: float


@dataclass(frozen=True)
class _Capture:
    folder: Path
    spans: BatchSpanProcessor
    span_exporter: LandingSpanExporter
    logs: BatchLogRecordProcessor
    log_exporter: LandingLogExporter
    measuring: Measuring
    switched_on: tuple[str, ...] = ()

    def flush(self) -> None:
        self.spans.force_flush()
        self.logs.force_flush()
        self.span_exporter.force_flush()
        self.log_exporter.force_flush()


def instrument(
    landing_dir: str | Path,
    *,
    max_segment_bytes: int = MAX_BYTES,
    max_segment_age_s: float = MAX_AGE_S,
    batch_delay_s: float = BATCH_DELAY_S,
    metrics_port: int | None = None,
    metrics_host: str = LOOPBACK,
    meter_provider: MeterProvider | None = None,
) -> tuple[str, ...]:
    """Land what the installed GenAI instrumentations see; return which those are.

    Call it once per process, after the app has set up OpenTelemetry of its own, if it
    does: its providers are used. Another call changes nothing, but serves metrics on
    ``metrics_port`` where this process does not yet. A process that is killed loses at
    most what it recorded in the last ``batch_delay_s`` seconds.

    Metrics are computed from the spans and served for Prometheus; port 0 is any that
    is free, see ``metrics_url``. With a ``meter_provider`` they are recorded there too,
    in place of those that the instrumentations record.
    """
    global _active
    folder = Path(landing_dir).absolute()
    sizes = _Sizes(max_segment_bytes, max_segment_age_s, batch_delay_s)
    with _switch:
        if _active is None:
            try:
                _active = _capture(folder, sizes, meter_provider)
            # telemetry must never break the app, whatever went wrong
            except Exception as error:
                _log.warning("nothing is captured: %s", error)
                return ()
        elif _active.folder != folder:
            _log.warning("still landing in %s: it was named first", _active.folder)
        if metrics_port is not None:
            _active.measuring.serve(metrics_host, metrics_port)
        return _active.switched_on


def flush() -> None:
    """Write and seal all that was recorded: before ``os._exit``, or to read it now."""
    if _active is not None:
        _active.flush()


def metrics_url() -> str | None:
    """Return where this process serves its metrics, null where it does not."""
    return _active.measuring.url if _active is not None else None


def track_calls(minutes: float = 60.0) -> CallWindow:
    """Count the calls of the last minutes from now on, to be read while the app runs.

    Call it once, after ``instrument``, and keep what it returns.
    """
    if _active is None:
        _log.warning("no call is counted: call instrument first")
        return CallWindow(minutes, nullcontext)
    return _active.measuring.track(minutes)


def _capture(folder: Path, sizes: _Sizes, meters: MeterProvider | None) -> _Capture:
    # off by default; set explicitly, so that a later default cannot turn it on
    os.environ.setdefault(CONTENT, "NO_CONTENT")
    seal_orphans(folder)
    tracers, loggers = _tracer_provider(), _logger_provider()
    size, age_s = sizes.max_bytes, sizes.max_age_s
    span_exporter = LandingSpanExporter(folder, max_bytes=size, max_age_s=age_s)
    log_exporter = LandingLogExporter(folder, max_bytes=size, max_age_s=age_s)
    delay_ms = sizes.delay_s * 1000
    spans = BatchSpanProcessor(span_exporter, QUEUE, delay_ms)
    logs = BatchLogRecordProcessor(log_exporter, delay_ms, max_queue_size=QUEUE)
    measuring = Measuring(tracers.resource)
    tracers.add_span_processor(CallContextProcessor())
    tracers.add_span_processor(spans)
    tracers.add_span_processor(measuring.calls)
    loggers.add_log_record_processor(logs)
    follow_threads()
    names = tuple(_switched_on(tracers, loggers, is_measured=meters is not None))
    if meters is not None:
        _export(measuring, meters)
    capture = _Capture(
        folder, spans, span_exporter, logs, log_exporter, measuring, names
    )
    _flush_at_exit(capture)
    return capture


def _export(measuring: Measuring, meters: MeterProvider) -> None:
    """Record metrics with the app's meters; what fails must not keep calls unlanded."""
    try:
        measuring.export(meters)
    except Exception as error:
        _log.warning("no metrics are recorded: %s", error)


def _tracer_provider() -> TracerProvider:
    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        provider = TracerProvider()
        trace.set_tracer_provider(provider)
    return provider


def _logger_provider() -> LoggerProvider:
    provider = get_logger_provider()
    if not isinstance(provider, LoggerProvider):
        provider = LoggerProvider()
        set_logger_provider(provider)
    return provider


def _switched_on(
    tracers: TracerProvider, loggers: LoggerProvider, is_measured: bool
) -> Iterator[str]:
    """Switch on every official GenAI instrumentation; yield the names of those on."""
    # ours are in the app's meters already, under the same names
    meters = {"meter_provider": NoOpMeterProvider()} if is_measured else {}
    found = entry_points(group="opentelemetry_instrumentor")
    for entry in sorted(filter(_is_official, found), key=lambda entry: entry.name):
        try:
            instrumentor = entry.load()()
            if not instrumentor.is_instrumented_by_opentelemetry:
                instrumentor.instrument(
                    tracer_provider=tracers, logger_provider=loggers, **meters
                )
            elif is_measured:
                _log.warning(TWICE, entry.name)
            if instrumentor.is_instrumented_by_opentelemetry:
                yield entry.name
        # one that does not fit its client must not keep the others off
        except Exception as error:
            _log.warning("%s is not instrumented: %s", entry.name, error)


def _is_official(entry: EntryPoint) -> bool:
    return entry.dist is not None and entry.dist.name.startswith(_OFFICIAL)


def _flush_at_exit(capture: _Capture) -> None:
    """Flush at the end of workers of multiprocessing, which skip the exit handlers."""
    util.Finalize(None, capture.flush, exitpriority=0)
    # a forked worker forgets the finalizers of its parent before it starts
    util.register_after_fork(
        capture, lambda own: util.Finalize(None, own.flush, exitpriority=0)
    )

"""Land batches of spans and log events as OTLP/JSON lines, without content."""

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar

from opentelemetry.exporter.otlp.json.common._log_encoder import encode_logs
from opentelemetry.exporter.otlp.json.common.trace_encoder import encode_spans
from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk._logs.export import LogRecordExporter, LogRecordExportResult
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from llm_telemetry.capture.content import scrub
from llm_telemetry.capture.segment_writer import MAX_AGE_S, MAX_BYTES, SegmentWriter

# DuckDB reads lines of at most 16 MB by default
MAX_LINE_RECORDS = 256
MAX_LINE_BYTES = 8 << 20

# what the app itself logs is none of ours
LANDED_EVENTS = ("gen_ai.evaluation.", "app.")

_log = logging.getLogger(__name__)
Record = TypeVar("Record")
Encode = Callable[[Sequence[Record]], Any]


class _Landing(Generic[Record]):
    """Encodes records and hands them to a writer; a failure is a warning, once."""

    def __init__(self, writer: SegmentWriter, encode: Encode[Record]) -> None:
        self._writer = writer
        self._encode = encode
        self._is_failing = False

    def land(self, records: Sequence[Record]) -> bool:
        """Write records; return whether they are in the file."""
        is_landed = self._survives(lambda: self._writer.write(self._lines(records)))
        if records and is_landed:
            self._is_failing = False
        return is_landed

    def seal(self) -> bool:
        """Complete the open segment; return whether it has its final name."""
        return self._survives(self._writer.seal)

    def _survives(self, step: Callable[[], None]) -> bool:
        try:
            step()
        # telemetry must never break the app, whatever went wrong
        except Exception as error:
            if not self._is_failing:
                _log.warning("telemetry is not landed: %s", error)
            self._is_failing = True
            return False
        return True

    def _lines(self, records: Sequence[Record]) -> Iterator[bytes]:
        for start in range(0, len(records), MAX_LINE_RECORDS):
            yield from self._line(records[start : start + MAX_LINE_RECORDS])

    def _line(self, records: Sequence[Record]) -> Iterator[bytes]:
        request = scrub(self._encode(records).to_dict())
        line = json.dumps(request, separators=(",", ":")).encode() + b"\n"
        half = len(records) // 2
        if len(line) <= MAX_LINE_BYTES:
            yield line
        elif half:
            yield from self._line(records[:half])
            yield from self._line(records[half:])


class LandingSpanExporter(SpanExporter):
    """Lands spans below ``signal=spans/dt=<UTC day>``."""

    def __init__(
        self, folder: Path, *, max_bytes: int = MAX_BYTES, max_age_s: float = MAX_AGE_S
    ) -> None:
        place = folder / "signal=spans"
        writer = SegmentWriter(place, max_bytes=max_bytes, max_age_s=max_age_s)
        self._landing = _Landing(writer, encode_spans)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Land a batch."""
        is_landed = self._landing.land(spans)
        return SpanExportResult.SUCCESS if is_landed else SpanExportResult.FAILURE

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Seal the open segment."""
        return self._landing.seal()

    def shutdown(self) -> None:
        """Seal the open segment."""
        self._landing.seal()


class LandingLogExporter(LogRecordExporter):
    """Lands the events of ``LANDED_EVENTS`` below ``signal=logs/dt=<UTC day>``."""

    def __init__(
        self, folder: Path, *, max_bytes: int = MAX_BYTES, max_age_s: float = MAX_AGE_S
    ) -> None:
        place = folder / "signal=logs"
        writer = SegmentWriter(place, max_bytes=max_bytes, max_age_s=max_age_s)
        self._landing = _Landing(writer, encode_logs)

    def export(self, batch: Sequence[ReadableLogRecord]) -> LogRecordExportResult:
        """Land the events of a batch."""
        events = [
            record
            for record in batch
            if (record.log_record.event_name or "").startswith(LANDED_EVENTS)
        ]
        is_landed = self._landing.land(events)
        results = LogRecordExportResult
        return results.SUCCESS if is_landed else results.FAILURE

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Seal the open segment."""
        return self._landing.seal()

    def shutdown(self) -> None:
        """Seal the open segment."""
        self._landing.seal()

#!/usr/bin/env bash
# opentelemetry-exporter-otlp-proto-http 1.45.2: a collector that refuses spans says so with
# status 200 and a partial_success ("rejected_spans": 1, with a reason), as the protocol
# wants it. The exporter does not read the answer: the result is SUCCESS, and nothing is
# logged at any level, so spans that a collector drops are missed by nobody.
# Seen: SpanExportResult.SUCCESS, and no log record that names the reason.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    opentelemetry-sdk==1.45.2 opentelemetry-exporter-otlp-proto-http==1.45.2
"$folder/venv/bin/python" - <<'PYTHON'
import logging
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceResponse,
)
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExportResult

REASON = "span of unknown tenant"


class Collector(BaseHTTPRequestHandler):
    def log_message(self, *words):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        answer = ExportTraceServiceResponse()
        answer.partial_success.rejected_spans = 1
        answer.partial_success.error_message = REASON
        data = answer.SerializeToString()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class Kept(logging.Handler):
    lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


class Exporter(OTLPSpanExporter):
    results = []

    def export(self, spans):
        self.results.append(super().export(spans))
        return self.results[-1]


logging.getLogger().addHandler(Kept())
logging.getLogger().setLevel(logging.DEBUG)
server = HTTPServer(("127.0.0.1", 0), Collector)
threading.Thread(target=server.serve_forever, daemon=True).start()
exporter = Exporter(endpoint=f"http://127.0.0.1:{server.server_port}/v1/traces")
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))
with provider.get_tracer("app").start_as_current_span("chat"):
    pass
told = [line for line in Kept.lines if REASON in line or "reject" in line]
print(exporter.results, "log records that tell it:", told)
assert exporter.results == [SpanExportResult.SUCCESS]
assert not told
PYTHON

"""An OTLP/HTTP receiver on loopback that writes what it gets as the file exporter does.

    receiver.py FOLDER

It prints its port, takes traces as JSON or protobuf at any path that ends in
/v1/traces, and appends them, a line each, to FOLDER/EMITTER.jsonl: EMITTER is the first
part of the path. It runs in an environment of its own, which has opentelemetry-proto.
"""

import base64
import gzip
import json
import sys
import threading
import zlib
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
)

OPENERS = {"gzip": gzip.decompress, "deflate": zlib.decompress}
IDS = {"traceId", "spanId", "parentSpanId"}
WRITING = threading.Lock()


def main() -> None:
    """Serve until standard input is closed."""
    handler = type("Handler", (Handler,), {"folder": Path(sys.argv[1])})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()


class Handler(BaseHTTPRequestHandler):
    """Writes traces, and answers everything else with an empty document."""

    folder: Path
    protocol_version = "HTTP/1.1"

    def log_message(self, *words: object) -> None:
        """Print nothing."""

    def handle(self) -> None:
        """Serve a connection until the client closes it, in whatever way."""
        with suppress(ConnectionError):
            super().handle()

    def do_GET(self) -> None:
        """Answer what a platform's SDK asks at its start."""
        self.answer("application/json", b"{}")

    def do_POST(self) -> None:
        """Take one request."""
        data = self.body()
        data = OPENERS.get(self.headers.get("Content-Encoding", ""), bytes)(data)
        is_json = "json" in self.headers.get("Content-Type", "")
        if self.path.endswith("/v1/traces"):
            request = json.loads(data) if is_json else from_protobuf(data)
            emitter = self.path.strip("/").partition("/")[0]
            with WRITING, (self.folder / f"{emitter}.jsonl").open("a") as file:
                file.write(json.dumps(request) + "\n")
        if is_json:
            self.answer("application/json", b"{}")
        else:
            self.answer("application/x-protobuf", b"")

    do_PATCH = do_PUT = do_POST

    def body(self) -> bytes:
        """Read the body, of a stated length or in chunks."""
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        data = b""
        while size := int(self.rfile.readline(), 16):
            data += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return data

    def answer(self, kind: str, data: bytes) -> None:
        """Send a document."""
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def from_protobuf(data: bytes) -> Any:
    """Return a request as OTLP/JSON, whose ids are hexadecimal."""
    request = ExportTraceServiceRequest.FromString(data)
    return hexadecimal(MessageToDict(request, use_integers_for_enums=True))


def hexadecimal(value: Any) -> Any:
    """Return a document with its ids as OTLP/JSON wants them."""
    if isinstance(value, list):
        return [hexadecimal(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: base64.b64decode(item).hex() if key in IDS else hexadecimal(item)
        for key, item in value.items()
    }


if __name__ == "__main__":
    main()

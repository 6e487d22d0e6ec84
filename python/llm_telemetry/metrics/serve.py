"""The metrics over HTTP, of the warehouse that is published at each scrape."""

import gc
import re
import signal
import socket
import sys
import traceback
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Lock
from typing import NoReturn

from llm_telemetry.errors import InputError
from llm_telemetry.metrics.exposition import CONTENT_TYPE
from llm_telemetry.metrics.reading import metrics_text
from llm_telemetry.warehouse.connection import Identity, identity

PATH = "/metrics"
PLAIN = "text/plain; charset=utf-8"
LOOPBACK = "127.0.0.1"
# of a client that does not ask for anything
IDLE_SECONDS = 30.0
ADDRESS = re.compile(r"(?:(?P<host>\[[0-9a-fA-F:.]+\]|[\w.-]*):)?(?P<port>\d{1,5})")


class Published:
    """The text of a warehouse, computed once for each file that is published."""

    def __init__(self, warehouse: Path) -> None:
        self.warehouse = warehouse
        self._lock = Lock()
        self._last: tuple[Identity, str] | None = None

    def text(self) -> str:
        """Return the metrics of the file that is there now, or raise InputError."""
        with self._lock:
            found = identity(self.warehouse)
            if self._last is None or self._last[0] != found:
                # taken before it is read: a file that comes between is read once more
                self._last = found, metrics_text(self.warehouse)
            return self._last[1]


class Server(ThreadingHTTPServer):
    """Serve the metrics of a warehouse, each request in a thread."""

    daemon_threads = True

    def __init__(self, host: str, port: int, warehouse: Path) -> None:
        if ":" in host:
            self.address_family = socket.AF_INET6
        self.published = Published(warehouse)
        super().__init__((host, port), Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Report an error of ours, not that a client went away."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            traceback.print_exc()


class Handler(BaseHTTPRequestHandler):
    """Answer /metrics."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "llm-telemetry"
    sys_version = ""
    timeout = IDLE_SECONDS

    def do_GET(self) -> None:
        """Send the metrics, or say in a line why there are none."""
        if self.path.partition("?")[0] != PATH:
            self._send(404, PLAIN, f"the metrics are at {PATH}\n")
            return
        try:
            self._send(200, CONTENT_TYPE, self.server.published.text())
        except InputError as error:
            self._send(503, PLAIN, f"{error}\n")

    do_HEAD = do_GET

    def _send(self, status: int, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Log no request: there is one every few seconds."""


def parse_address(text: str) -> tuple[str, int]:
    """Return host and port of HOST:PORT; a port alone is one of this machine."""
    match = ADDRESS.fullmatch(text)
    if not match or not 0 <= int(match["port"]) <= 65535:
        raise InputError(f"--serve {text}: give HOST:PORT, as in {LOOPBACK}:9464")
    return (match["host"] or LOOPBACK).strip("[]"), int(match["port"])


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches a host."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def open_server(address: str, warehouse: Path) -> Server:
    """Return a server that listens; raise InputError where it cannot."""
    host, port = parse_address(address)
    identity(warehouse)
    try:
        return Server(host, port, warehouse)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"--serve {address}: cannot listen: {reason}") from error


def serve_until_stopped(server: Server) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    # a command runs without it; a server runs for months
    gc.enable()
    signal.signal(signal.SIGTERM, _stop)
    with server, suppress(KeyboardInterrupt):
        server.serve_forever()


def _stop(*signal_and_frame: object) -> NoReturn:
    raise KeyboardInterrupt

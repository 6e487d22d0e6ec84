"""The metrics over HTTP, while the warehouse is replaced."""

import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.client import HTTPConnection, RemoteDisconnected
from pathlib import Path

import pytest
from conftest import ROOT
from small_warehouse import made

from llm_telemetry.errors import InputError
from llm_telemetry.metrics import serve
from llm_telemetry.metrics.exposition import CONTENT_TYPE


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return made(tmp_path / "w.duckdb")


@pytest.fixture
def server(warehouse: Path) -> Iterator[serve.Server]:
    with serve.open_server("127.0.0.1:0", warehouse) as opened:
        thread = threading.Thread(target=opened.serve_forever, args=(0.01,))
        thread.start()
        yield opened
        opened.shutdown()
        thread.join()


def asked(
    server: serve.Server, path: str = "/metrics", method: str = "GET"
) -> tuple[int, str, str]:
    """Return status, type and text of an answer."""
    connection = HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    connection.request(method, path)
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response.status, response.headers["Content-Type"], text


def calls(text: str) -> str:
    (line,) = [
        line for line in text.splitlines() if line.startswith("llm_telemetry_failure_r")
    ]
    return line


def test_a_scrape_is_answered(server: serve.Server, warehouse: Path) -> None:
    status, kind, text = asked(server)
    assert (status, kind) == (200, CONTENT_TYPE)
    assert text == serve.metrics_text(warehouse)
    assert asked(server, "/metrics?name[]=a")[0] == 200
    assert asked(server, method="HEAD") == (200, CONTENT_TYPE, "")


def test_nothing_else_is_served(server: serve.Server) -> None:
    for path in ("/", "/metrics/", "/../w.duckdb", "/etc/passwd"):
        status, _, text = asked(server, path)
        assert (status, text) == (404, "the metrics are at /metrics\n")
    assert asked(server, method="POST")[0] == 501


def test_a_replaced_warehouse_is_seen_by_the_next_scrape(
    server: serve.Server, warehouse: Path
) -> None:
    assert calls(asked(server)[2]) == "llm_telemetry_failure_ratio 0.1"
    rows = {
        "health_by_day": "('2026-03-02', .9, 0, 0, 0, 0, 0, 0), "
        "('2026-03-01', .7, 0, 0, 0, 0, 0, 0)"
    }
    made(warehouse, rows=rows)
    assert calls(asked(server)[2]) == "llm_telemetry_failure_ratio 0.7"


def test_a_missing_warehouse_is_a_failed_scrape_until_it_is_back(
    server: serve.Server, warehouse: Path
) -> None:
    warehouse.unlink()
    status, _, text = asked(server)
    assert status == 503
    assert text.endswith("no such warehouse: build it: llm-telemetry run\n")
    made(warehouse)
    assert asked(server)[0] == 200


def test_a_file_is_read_once(
    server: serve.Server, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []

    def text(file: Path) -> str:
        read.append(file)
        return "a 1\n"

    monkeypatch.setattr(serve, "metrics_text", text)
    for _ in range(3):
        assert asked(server)[2] == "a 1\n"
    assert read == [warehouse]
    os.utime(warehouse, (1, 1))
    asked(server)
    assert len(read) == 2


def test_a_client_that_leaves_is_no_error(
    server: serve.Server,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    has_left, is_done = threading.Event(), threading.Event()

    def text(file: Path) -> str:
        has_left.wait(10)
        return "a 1\n" * 2_000_000

    def shutdown(request: object) -> None:
        close(request)
        is_done.set()

    close = server.shutdown_request
    monkeypatch.setattr(serve, "metrics_text", text)
    monkeypatch.setattr(server, "shutdown_request", shutdown)
    with socket.create_connection(("127.0.0.1", server.server_port)) as client:
        client.sendall(b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
        # closed at once, with what was not read
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    has_left.set()
    assert is_done.wait(10)
    assert capfd.readouterr().err == ""


def test_an_error_of_ours_is_reported(
    server: serve.Server,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    def text(file: Path) -> str:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(serve, "metrics_text", text)
    with pytest.raises(RemoteDisconnected):
        asked(server)
    assert "ZeroDivisionError: a bug" in capfd.readouterr().err


def test_scrapes_at_once(server: serve.Server) -> None:
    statuses: list[int] = []
    threads = [
        threading.Thread(target=lambda: statuses.append(asked(server)[0]))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 8


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("127.0.0.1:9464", "127.0.0.1", 9464),
        ("9464", "127.0.0.1", 9464),
        (":9464", "127.0.0.1", 9464),
        ("localhost:1", "localhost", 1),
        ("0.0.0.0:9464", "0.0.0.0", 9464),
        ("[::1]:9464", "::1", 9464),
    ],
)
def test_an_address_is_a_host_and_a_port(text: str, host: str, port: int) -> None:
    assert serve.parse_address(text) == (host, port)
    assert serve.is_loopback(host) == (host != "0.0.0.0")


@pytest.mark.parametrize(
    "text",
    ["", "host", "host:", "a:b", "1.2.3.4:65536", "::1:9", "http://a:1", "a b:1"],
)
def test_what_is_no_address_is_one_line(text: str) -> None:
    with pytest.raises(InputError, match="give HOST:PORT, as in"):
        serve.parse_address(text)


def test_a_port_in_use_is_one_line(server: serve.Server, warehouse: Path) -> None:
    with pytest.raises(InputError, match="cannot listen: Address already in use"):
        serve.open_server(f"127.0.0.1:{server.server_port}", warehouse)


@pytest.mark.parametrize(
    ("address", "warns"), [("127.0.0.1:0", False), ("0.0.0.0:0", True)]
)
def test_the_command_serves_until_it_is_stopped(
    address: str, warns: bool, warehouse: Path
) -> None:
    words = ["metrics", "--warehouse", str(warehouse), "--serve", address]
    with subprocess.Popen(
        [sys.executable, "-m", "llm_telemetry", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "python")},
    ) as process:
        assert process.stdout
        line = process.stdout.readline()
        port = int(line.strip().removesuffix("/metrics").rpartition(":")[2])
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/metrics")
        assert b"llm_telemetry_failure_ratio 0.1\n" in connection.getresponse().read()
        connection.close()
        process.send_signal(signal.SIGTERM)
        _, error = process.communicate(timeout=20)
    assert line.startswith("serving http://")
    assert process.returncode == 0
    assert ("is not this machine alone" in error) == warns

"""A folder with rules and a warehouse, in which commands are called."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from watched_builds import anomaly, build

from llm_telemetry.cli import main

NOW = "2026-01-21T06:00:00Z"
RULES = """version: 1
{channels}
rules:
  - rule_id: tokens
    name: Tokens per call
    metric: tokens_per_call
    by: prompt_version
    warning: 1.2
    critical: 1.5
"""
NOBODY = RULES.format(channels="")


class Desk:
    """A folder with rules and a warehouse, in which commands are called."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys
        self.warehouse = folder / "w.duckdb"
        self.ledger = folder / "alerts.jsonl"
        self.rules(NOBODY)

    def rules(self, text: str) -> None:
        (self.folder / "alerts.yml").write_text(text)

    def build(self, *ratios: float | None, **more: Any) -> None:
        rows = [anomaly(20 - len(ratios) + n, r) for n, r in enumerate(ratios)]
        build(self.warehouse, rows, **more)

    def call(self, *words: str) -> tuple[int, str, str]:
        """Call a command; return its exit code and what it printed."""
        named = ["--rules", str(self.folder / "alerts.yml")]
        named += ["--ledger", str(self.ledger)]
        if words[0] == "watch":
            named += ["--warehouse", str(self.warehouse)]
        code = main([*words, *named])
        said = self.capsys.readouterr()
        return code, said.out, said.err

    def watch(self, *words: str, now: str = NOW) -> tuple[int, str, str]:
        return self.call("watch", "--now", now, *words)

    def watched(self, *words: str, now: str = NOW) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.watch("--json", *words, now=now)[1])
        return found


@contextmanager
def receiving() -> Iterator[tuple[str, list[dict[str, Any]], list[int]]]:
    """Yield the address of a webhook, what it got, and the status it answers."""
    got: list[dict[str, Any]] = []
    status = [200]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append(json.loads(body))
            self.send_response(status[0])
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook", got, status
    server.shutdown()
    thread.join()
    server.server_close()


def hooked(url: str) -> str:
    return RULES.format(channels=f'channels: {{hook: {{type: webhook, url: "{url}"}}}}')

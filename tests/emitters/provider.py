"""A provider on loopback that answers as several vendors do, and logs requests.

Which case of cases.toml a request is follows from its model. The log is the truth that
the spans of an emitter are compared with: a line per request, with its emitter (the
first part of the path), case, status and the counts that the answer stated.
"""

import json
import threading
import time
import tomllib
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import answers
import answers_of_others

Record = dict[str, Any]
CASES: dict[str, Record] = tomllib.loads(
    Path(__file__).with_name("cases.toml").read_text()
)
# between the pieces of a stream, so that its first one is seen before its last
PAUSE_S = 0.02
SPEAKERS = answers.SPEAKERS | answers_of_others.SPEAKERS
ERRORS = {
    429: ("rate_limit_exceeded", "rate_limit_error", "Rate limit reached"),
    500: ("server_error", "api_error", "The server had an error"),
}


@dataclass
class Provider:
    """The server and what it has served."""

    log: Path
    tries: Counter[tuple[str, str]] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def status(self, emitter: str, name: str) -> int:
        """Return how the next request of a case ends."""
        statuses = CASES[name].get("statuses", [200])
        with self.lock:
            self.tries[emitter, name] += 1
            place = min(self.tries[emitter, name], len(statuses)) - 1
        return int(statuses[place])

    def note(self, line: Record) -> None:
        """Append a line to the log."""
        with self.lock, self.log.open("a") as file:
            file.write(json.dumps(line) + "\n")


def served(log: Path) -> ThreadingHTTPServer:
    """Return a server on a free port that is running in a thread."""
    provider = Provider(log)
    handler = type("Handler", (Handler,), {"provider": provider})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


class Handler(BaseHTTPRequestHandler):
    """Answers below /EMITTER at the paths of SPEAKERS, or at paths that end so."""

    provider: Provider
    protocol_version = "HTTP/1.1"
    # answers would wait for the client's acknowledgement of their headers
    disable_nagle_algorithm = True

    def log_message(self, *words: object) -> None:
        """Print nothing."""

    def handle(self) -> None:
        """Serve a connection until the client closes it, in whatever way."""
        with suppress(ConnectionError):
            super().handle()

    def do_POST(self) -> None:
        """Answer one request and log it."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        emitter, _, path = self.path.strip("/").partition("/")
        path = path.partition("?")[0]
        kind = path if path in SPEAKERS else path.rsplit("/", 1)[-1]
        if kind not in SPEAKERS:
            self.send(404, {"error": {"message": f"no such path: {self.path}"}})
            return
        speaker = SPEAKERS[kind]
        vendor = "anthropic" if kind == "messages" else "openai"
        name = next(
            case for case in CASES if CASES[case][vendor] == body.get("model", "")
        )
        case = CASES[name]
        status = self.provider.status(emitter, name)
        time.sleep(case.get("wait_s", 0.05))
        answer = speaker(body, case) if status == 200 else None
        line = {"emitter": emitter, "case": name, "status": status, "kind": kind}
        stream = bool(body.get("stream"))
        try:
            if answer is None:
                self.refuse(status, vendor)
            elif stream:
                self.stream(answer)
            else:
                self.send(200, answer.whole())
        except (BrokenPipeError, ConnectionResetError):
            # the client left: of a stream that is what the case is for
            line["left"] = True
        counts = {} if answer is None or "wait_s" in case else answer.counts
        self.provider.note(line | {"stream": stream} | counts)

    def refuse(self, status: int, vendor: str) -> None:
        """Send an error in the words of the vendor."""
        code, kind, message = ERRORS[status]
        error = {"message": message, "type": kind, "code": code, "param": None}
        if vendor == "anthropic":
            self.send(status, {"type": "error", "error": error})
        else:
            self.send(status, {"error": error})

    def send(self, status: int, content: Record) -> None:
        """Send a JSON document."""
        data = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        if status == 429:
            self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(data)

    def stream(self, answer: Any) -> None:
        """Send the pieces of an answer, one chunk each."""
        kind = "application/x-ndjson" if answer.lines else "text/event-stream"
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for piece in answer.pieces():
            event = f"event: {piece['type']}\n" if answer.events else ""
            line = json.dumps(piece)
            self.chunk(f"{line}\n" if answer.lines else f"{event}data: {line}\n\n")
            time.sleep(PAUSE_S)
        if not answer.events and not answer.lines:
            self.chunk("data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def chunk(self, text: str) -> None:
        """Send one chunk of a response of unknown length."""
        data = text.encode()
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

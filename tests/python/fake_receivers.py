"""Receivers of messages on loopback, which answer as a test scripts them."""

import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from llm_telemetry.watch.channels.patience import Patience
from llm_telemetry.watch.message import Message

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


def message(**changed: Any) -> Message:
    """Return a message about an outage of one provider."""
    fields: dict[str, Any] = {
        "delivery_key": "team|failures:1|opened|critical",
        "rule_id": "failures",
        "name": "Failures of calls",
        "severity": "critical",
        "transition": "opened",
        "title": "critical: Failures of calls",
        "text": "model_provider anthropic: 22.6 % instead of 1.3 %",
        "url": None,
        "fingerprint": "0123456789abcdef",
        "episode": "failures:1",
        "members": [{"dimension": "model_provider", "member": "anthropic"}],
        "labels": {"metric": "failure_rate"},
        "starts_at": datetime(2026, 3, 1, tzinfo=UTC),
        "open": True,
    }
    return Message(**{**fields, **changed})


class Clock:
    """Time that passes only while a sender waits."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.pauses: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.passed += seconds

    def patience(self, **changed: Any) -> Patience:
        """Return the usual patience, without waiting."""
        given: dict[str, Any] = {"sleep": self.sleep, "clock": lambda: self.passed}
        return Patience(**{**given, **changed})


@dataclass(frozen=True)
class Reply:
    """One answer of an HTTP server; ``act`` does something else instead."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    act: Callable[[BaseHTTPRequestHandler], None] | None = None


@dataclass
class Receiver:
    """What an HTTP server was asked, in order."""

    url: str
    requests: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)

    def bodies(self) -> list[bytes]:
        return [body for *_, body in self.requests]


@contextmanager
def http_receiver(
    *replies: Reply, context: ssl.SSLContext | None = None
) -> Iterator[Receiver]:
    """Serve the replies in order, the last one for ever; encrypted with a context."""
    left = list(replies) or [Reply()]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): text for name, text in self.headers.items()}
            receiver.requests.append((self.command, self.path, headers, body))
            reply = left.pop(0) if len(left) > 1 else left[0]
            if reply.act:
                reply.act(self)
                return
            self.send_response(reply.status)
            for name, text in reply.headers.items():
                self.send_header(name, text)
            if reply.status != 204:
                self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            if reply.status != 204:
                self.wfile.write(reply.body)

        do_GET = do_PUT = do_POST

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver = Receiver(f"http://127.0.0.1:{server.server_port}")
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
            receiver.url = f"https://localhost:{server.server_port}"
        with _serving(server):
            yield receiver


@dataclass
class Mailbox:
    """What an SMTP server took, and what it answers instead."""

    port: int = 0
    # the answers to the recipients of each try, in order; the last for ever
    recipients: list[Mapping[str, int]] = field(default_factory=list)
    greeting: int = 220
    login: int = 235
    extensions: Sequence[str] = ()
    # encrypts from the start, or once it is asked to
    context: ssl.SSLContext | None = None
    is_encrypted: bool = False
    mails: list[tuple[list[str], str]] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)


class MailHandler(socketserver.StreamRequestHandler):
    """One connection to a mail server."""

    box: Mailbox

    def handle(self) -> None:
        # a client that does not accept the certificate leaves
        with suppress(OSError):
            self.converse()

    def converse(self) -> None:
        box, answers, to = self.box, self.answers(), []
        if box.is_encrypted:
            self.encrypt()
        self.say(f"{box.greeting} hello")
        while line := self.rfile.readline().decode().strip():
            box.commands.append(line)
            word = line.split()[0].upper()
            if word == "EHLO":
                lines = [f"250-{text}" for text in ("loopback", *box.extensions)]
                self.say(*lines[:-1], lines[-1].replace("-", " ", 1))
            elif word == "STARTTLS":
                self.say("220 go on")
                self.encrypt()
            elif word == "AUTH":
                self.say(f"{box.login} answer")
            elif word == "RCPT":
                address = line.partition("<")[2].partition(">")[0]
                code = answers.get(address, 250)
                to += [address] * (code == 250)
                self.say(f"{code} answer")
            elif word == "DATA":
                self.take(to)
            else:
                self.say("221 bye" if word == "QUIT" else "250 ok")

    def encrypt(self) -> None:
        assert self.box.context
        self.connection = self.box.context.wrap_socket(
            self.connection, server_side=True
        )
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)

    def finish(self) -> None:
        super().finish()
        self.connection.close()

    def answers(self) -> Mapping[str, int]:
        """Return the answers to the recipients of this connection."""
        scripted = self.box.recipients
        if len(scripted) > 1:
            return scripted.pop(0)
        return scripted[0] if scripted else {}

    def take(self, to: list[str]) -> None:
        self.say("354 go on")
        text = ""
        while (line := self.rfile.readline().decode()) != ".\r\n":
            text += line
        self.box.mails.append((list(to), text))
        self.say("250 taken")

    def say(self, *lines: str) -> None:
        for line in lines:
            self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def smtp_receiver(**scripted: Any) -> Iterator[Mailbox]:
    """Serve SMTP without encryption."""
    box = Mailbox(**scripted)
    handler = type("Handler", (MailHandler,), {"box": box})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        box.port = server.server_address[1]
        with _serving(server):
            yield box


@contextmanager
def _serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()

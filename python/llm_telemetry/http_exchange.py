"""One request of HTTP: no redirects, proxies included, and one limit of time for all.

The client of the standard library writes no log: one that does, at the level DEBUG,
writes the URL, which is a secret of Slack and Discord, or headers with a key.
"""

import base64
import http.client
import socket
import ssl
import threading
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult, unquote, urlsplit

MAX_BODY = 64 * 1024


@dataclass(frozen=True)
class Answer:
    """What a server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def exchange(
    url: SplitResult,
    body: bytes | None,
    headers: Mapping[str, str],
    timeout: float,
    *,
    most_bytes: int | None = None,
    connected: Callable[[], object] = lambda: None,
) -> Answer:
    """POST a body, or GET where there is none; return the answer within ``timeout``.

    Raises OSError and HTTPException; before ``connected`` is called, nothing reached
    the server. Without ``most_bytes`` the status is what matters, and the body may be
    incomplete; with them it is complete, and a longer one is an HTTPException.
    """
    connection, target, headers = _connection(url, dict(headers), timeout)
    with _limited(connection, timeout):
        connection.connect()
        connected()
        connection.request("GET" if body is None else "POST", target, body, headers)
        response = connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        if most_bytes is not None:
            return Answer(response.status, found, _whole(response, most_bytes))
        text = b""
        with suppress(OSError, http.client.HTTPException):
            text = response.read(MAX_BODY)
        return Answer(response.status, found, text)


@contextmanager
def _limited(connection: http.client.HTTPConnection, timeout: float) -> Iterator[None]:
    """End the connection after the block, or after ``timeout`` with a TimeoutError."""
    is_late = threading.Event()

    def end() -> None:
        # a server that sends a byte now and then would never reach the socket's timeout
        is_late.set()
        with suppress(OSError, AttributeError):
            connection.sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(timeout, end)
    timer.start()
    try:
        yield
    except (OSError, http.client.HTTPException) as error:
        raise (TimeoutError() if is_late.is_set() else error) from None
    finally:
        timer.cancel()
        connection.close()


def _whole(response: http.client.HTTPResponse, most_bytes: int) -> bytes:
    text = response.read(most_bytes + 1)
    # a body of unknown length ends where the connection does
    if len(text) > most_bytes or (response.length or 0) > 0:
        raise http.client.IncompleteRead(b"")
    return text


def retry_after(answer: Answer) -> float | None:
    """Return the pause of the header Retry-After, seconds or a date, if it has one."""
    text = answer.headers.get("retry-after", "").strip()
    if (seconds := seconds_of(text)) is not None:
        return seconds
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError, TypeError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max((moment - datetime.now(UTC)).total_seconds(), 0.0)


def seconds_of(value: object) -> float | None:
    """Return a number of seconds from 0, or None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        seconds = float(value)
    except (ValueError, OverflowError):
        return None
    return seconds if seconds >= 0 else None


def basic(user: str, password: str) -> dict[str, str]:
    """Return the header of a user and password."""
    pair = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


def connection_problem(error: Exception) -> str:
    """Return what went wrong; the text of the error may quote secrets."""
    kinds = {
        TimeoutError: "timed out",
        ConnectionRefusedError: "connection refused",
        socket.gaierror: "no such host",
        ssl.SSLError: "no encrypted connection",
    }
    # smtplib calls every end of a connection a disconnection
    errors = (error, error.__context__)
    return next(
        (
            words
            for kind, words in kinds.items()
            if any(isinstance(one, kind) for one in errors)
        ),
        "connection lost",
    )


def _connection(
    url: SplitResult, headers: dict[str, str], timeout: float
) -> tuple[http.client.HTTPConnection, str, dict[str, str]]:
    """Return a connection, through a proxy where the environment names one."""
    host, is_tls = url.hostname or "", url.scheme == "https"
    port = url.port or (443 if is_tls else 80)
    kind = http.client.HTTPSConnection if is_tls else http.client.HTTPConnection
    target = f"{url.path or '/'}{'?' * bool(url.query)}{url.query}"
    named = urllib.request.getproxies().get(url.scheme)
    if not named or urllib.request.proxy_bypass(host):
        return kind(host, port, timeout=timeout), target, headers
    proxy = urlsplit(named if "://" in named else f"http://{named}")
    user, password = unquote(proxy.username or ""), unquote(proxy.password or "")
    asked = {"Proxy-" + k: v for k, v in basic(user, password).items() if user}
    connection = kind(proxy.hostname or "", proxy.port or 80, timeout=timeout)
    if is_tls:
        connection.set_tunnel(host, port, headers=asked)
        return connection, target, headers
    whole = f"http://{url.netloc}{target}"
    return connection, whole, {**headers, **asked}

"""HTTP POST without redirects, retried only where that may help.

The client of the standard library writes no log: one that does, at the level DEBUG,
writes the URL, which is a secret of Slack and Discord.
"""

import base64
import http.client
import json
import math
import socket
import ssl
import threading
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from llm_telemetry.watch.channels.patience import Patience, Try, deliver
from llm_telemetry.watch.message import Delivery

TEMPORARY = {408, 425, 429, *range(500, 600)}
MAX_BODY = 64 * 1024
JSON_TYPE = {"Content-Type": "application/json; charset=utf-8"}
AGENT = {"User-Agent": "llm-telemetry"}


@dataclass(frozen=True)
class Answer:
    """What a server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


# reads, from an answer, how many seconds the server asks to wait
Pause = Callable[[Answer], float | None]


def post_json(
    url: str,
    content: Any,
    patience: Patience,
    *,
    headers: Mapping[str, str] | None = None,
    pause: Pause | None = None,
) -> Delivery:
    """Post a document as JSON."""
    return post(url, json_bytes(content), patience, headers=headers, pause=pause)


def post(
    url: str,
    body: bytes,
    patience: Patience,
    *,
    headers: Mapping[str, str] | None = None,
    pause: Pause | None = None,
) -> Delivery:
    """Post a body, and again after a temporary error; name the host and the status."""
    sent = {**AGENT, **JSON_TYPE, **(headers or {})}
    attempt = partial(_attempt, urlsplit(url), body, sent, pause or retry_after)
    return deliver(attempt, patience)


def json_bytes(content: Any) -> bytes:
    """Return a document as JSON; numbers that JSON lacks become null."""
    return json.dumps(_finite(content), ensure_ascii=False, allow_nan=False).encode(
        "utf-8", "replace"
    )


def basic(user: str, password: str) -> dict[str, str]:
    """Return the header of a user and password."""
    pair = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


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


def _finite(content: Any) -> Any:
    if isinstance(content, Mapping):
        return {str(key): _finite(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_finite(value) for value in content]
    if isinstance(content, bool | int | str) or content is None:
        return content
    if isinstance(content, float):
        return content if math.isfinite(content) else None
    return content.isoformat() if hasattr(content, "isoformat") else str(content)


def _attempt(
    url: SplitResult,
    body: bytes,
    headers: Mapping[str, str],
    pause: Pause,
    timeout: float,
) -> Try:
    host = url.hostname or ""
    try:
        answer = _answer(url, body, headers, timeout)
    except ssl.SSLCertVerificationError:
        return Try(False, f"{host}: its certificate is not valid")
    except (OSError, http.client.HTTPException) as error:
        return Try(False, f"{host}: {connection_problem(error)}", is_temporary=True)
    except ValueError:
        return Try(False, f"{host}: a header cannot be sent: check the secrets")
    outcome = f"{host} answered {answer.status}"
    if 200 <= answer.status < 300:
        return Try(True, outcome)
    if 300 <= answer.status < 400:
        return Try(False, f"{outcome}: redirects are not followed")
    is_temporary = answer.status in TEMPORARY
    return Try(False, outcome, is_temporary, pause(answer) if is_temporary else None)


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


def _answer(
    url: SplitResult, body: bytes, headers: Mapping[str, str], timeout: float
) -> Answer:
    connection, target, headers = _connection(url, dict(headers), timeout)
    is_late = threading.Event()

    def end() -> None:
        # a server that sends a byte now and then would never reach the socket's timeout
        is_late.set()
        with suppress(OSError, AttributeError):
            connection.sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(timeout, end)
    timer.start()
    try:
        connection.request("POST", target, body, headers)
        response = connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        text = b""
        with suppress(OSError, http.client.HTTPException):
            text = response.read(MAX_BODY)
        return Answer(response.status, found, text)
    except (OSError, http.client.HTTPException) as error:
        raise (TimeoutError() if is_late.is_set() else error) from None
    finally:
        timer.cancel()
        connection.close()


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

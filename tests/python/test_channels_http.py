"""Messages over HTTP: what is tried again, how long, and what stays secret."""

import logging
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from fake_receivers import NOW, Clock, Reply, http_receiver, message

from llm_telemetry.errors import InputError
from llm_telemetry.watch import channels
from llm_telemetry.watch.channels.patience import Patience
from llm_telemetry.watch.message import Delivery

SECRET = "t0p-s3cret-path"
KEY = "signing-key-of-the-hook"
HTTP = ("slack", "discord", "webhook")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOOK_KEY", KEY)


@pytest.fixture(autouse=True)
def no_secret_is_logged(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> Iterator[None]:
    """Look for the secrets in all that was logged, at the level of every detail."""
    caplog.set_level(1)
    for name in list(logging.root.manager.loggerDict):
        logging.getLogger(name).setLevel(1)
    yield
    written = "".join(capfd.readouterr()) + caplog.text
    for secret in (SECRET, KEY):
        assert secret not in written


@pytest.fixture
def clock() -> Clock:
    return Clock()


def channel(
    kind: str, url: str, monkeypatch: pytest.MonkeyPatch, **settings: Any
) -> channels.Channel:
    """Return a channel whose URL has a secret in its path."""
    monkeypatch.setenv("HOOK_URL", f"{url}/{SECRET}")
    if kind == "webhook":
        settings = {"secret_env": "HOOK_KEY", **settings}
    return channels.parse("team", {"type": kind, "url_env": "HOOK_URL", **settings})


def sent(
    kind: str, replies: list[Reply], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> tuple[Delivery, int]:
    """Send a message to a server; return the delivery and the number of requests."""
    with http_receiver(*replies) as receiver:
        patience = clock.patience(timeout=5.0)
        to = channel(kind, receiver.url, monkeypatch)
        delivery = channels.send(to, message(), now=NOW, patience=patience)
    assert SECRET not in delivery.outcome
    assert KEY not in delivery.outcome
    assert {request[0] for request in receiver.requests} == {"POST"}
    return delivery, len(receiver.requests)


@pytest.mark.parametrize("kind", HTTP)
@pytest.mark.parametrize("status", [200, 201, 204])
def test_what_a_server_takes_is_sent_once(
    kind: str, status: int, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery, requests = sent(kind, [Reply(status)], clock, monkeypatch)
    assert delivery == Delivery(True, 1, f"127.0.0.1 answered {status}")
    assert (requests, clock.pauses) == (1, [])


@pytest.mark.parametrize("kind", HTTP)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413])
def test_what_a_server_refuses_is_not_sent_again(
    kind: str, status: int, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery, requests = sent(kind, [Reply(status)], clock, monkeypatch)
    assert delivery == Delivery(False, 1, f"127.0.0.1 answered {status}")
    assert (requests, clock.pauses) == (1, [])


@pytest.mark.parametrize("kind", HTTP)
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_a_failure_and_the_other_address_hears_nothing(
    kind: str, status: int, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with http_receiver() as other:
        reply = Reply(status, {"Location": f"{other.url}/elsewhere"})
        delivery, requests = sent(kind, [reply], clock, monkeypatch)
    assert not delivery.ok
    assert (
        delivery.outcome == f"127.0.0.1 answered {status}: redirects are not followed"
    )
    assert (requests, other.requests) == (1, [])


@pytest.mark.parametrize("kind", HTTP)
@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_temporary_error_is_tried_again_with_longer_pauses(
    kind: str, status: int, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    replies = [Reply(status), Reply(status), Reply(200)]
    delivery, requests = sent(kind, replies, clock, monkeypatch)
    assert delivery == Delivery(True, 3, "127.0.0.1 answered 200")
    assert (requests, clock.pauses) == (3, [1.0, 2.0])


def test_four_tries_are_the_most(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    delivery, requests = sent("slack", [Reply(500)], clock, monkeypatch)
    assert delivery == Delivery(False, 4, "127.0.0.1 answered 500")
    assert (requests, clock.pauses) == (4, [1.0, 2.0, 4.0])


@pytest.mark.parametrize("status", [429, 503])
def test_a_pause_that_a_server_asks_for_is_kept(
    status: int, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    replies = [Reply(status, {"Retry-After": "3"}), Reply()]
    delivery, _ = sent("webhook", replies, clock, monkeypatch)
    assert delivery.ok
    assert clock.pauses == [3.0]


def test_a_pause_may_be_a_date(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = datetime.now(UTC) + timedelta(seconds=20)
    reply = Reply(429, {"Retry-After": format_datetime(moment, usegmt=True)})
    delivery, _ = sent("slack", [reply, Reply()], clock, monkeypatch)
    assert delivery.ok
    assert 15 < clock.pauses[0] <= 20


@pytest.mark.parametrize("text", ["3600", "inf", "1e400", "Fri, 31 Dec 2999 00:00 GMT"])
def test_a_pause_longer_than_the_minute_is_given_up_at_once(
    text: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    reply = Reply(429, {"Retry-After": text})
    delivery, requests = sent("slack", [reply], clock, monkeypatch)
    assert not delivery.ok
    assert "429, asks to wait" in delivery.outcome
    assert "given up: 60 s are the limit" in delivery.outcome
    assert (delivery.tries, requests, clock.pauses) == (1, 1, [])


@pytest.mark.parametrize("text", ["", "soon", "-5", "nan", "12 parsecs"])
def test_a_pause_that_is_none_is_ignored(
    text: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    replies = [Reply(429, {"Retry-After": text}), Reply()]
    assert sent("slack", replies, clock, monkeypatch)[0].ok
    assert clock.pauses == [1.0]


def test_pauses_add_up_to_the_minute(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    reply = Reply(503, {"Retry-After": "25"})
    delivery, requests = sent("slack", [reply], clock, monkeypatch)
    assert not delivery.ok
    # a third pause would end after 75 seconds
    assert (requests, clock.pauses) == (3, [25.0, 25.0])


@pytest.mark.parametrize(
    ("body", "header", "pause"),
    [
        (b'{"retry_after": 1.5}', None, 1.5),
        (b'{"retry_after": 1.5}', "3", 3.0),
        (b'{"retry_after": 4}', "3", 4.0),
        (b"not json", "3", 3.0),
        (b"[1.5]", None, 1.0),
        (b'{"retry_after": "often"}', None, 1.0),
        (b'{"retry_after": true}', None, 1.0),
    ],
)
def test_discord_asks_for_a_pause_in_the_body(
    body: bytes,
    header: str | None,
    pause: float,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    headers = {"Retry-After": header} if header else {}
    replies = [Reply(429, headers, body), Reply(204)]
    assert sent("discord", replies, clock, monkeypatch)[0].ok
    assert clock.pauses == [pause]


def test_a_body_s_pause_longer_than_the_minute_is_given_up(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    reply = Reply(429, body=b'{"retry_after": 3600}')
    delivery, requests = sent("discord", [reply], clock, monkeypatch)
    assert not delivery.ok
    assert "asks to wait 3,600 s" in delivery.outcome
    assert requests == 1


def hang(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(0.6)


def drip(handler: BaseHTTPRequestHandler) -> None:
    """Send the first line for ever, so that no single wait is long."""
    try:
        handler.wfile.write(b"HTTP/1.1 200")
        for _ in range(40):
            time.sleep(0.05)
            handler.wfile.write(b"x")
    except OSError:
        pass


@pytest.mark.parametrize("act", [hang, drip])
def test_a_server_that_never_answers_costs_the_timeouts(
    act: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with http_receiver(Reply(act=act), Reply(200)) as receiver:
        patience = clock.patience(timeout=0.3)
        to = channel("slack", receiver.url, monkeypatch)
        started = time.monotonic()
        delivery = channels.send(to, message(), now=NOW, patience=patience)
    assert delivery == Delivery(True, 2, "127.0.0.1 answered 200")
    assert clock.pauses == [1.0]
    assert time.monotonic() - started < 10


def test_a_hanging_server_is_named(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with http_receiver(Reply(act=hang)) as receiver:
        patience = clock.patience(timeout=0.1)
        to = channel("slack", receiver.url, monkeypatch)
        delivery = channels.send(to, message(), now=NOW, patience=patience)
    assert delivery == Delivery(False, 4, "127.0.0.1: timed out")


def test_a_connection_that_ends_without_an_answer_is_tried_again(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drop(handler: BaseHTTPRequestHandler) -> None:
        handler.connection.shutdown(socket.SHUT_RDWR)

    def babble(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"220 this is a mail server\r\n")

    replies = [Reply(act=drop), Reply(act=babble), Reply()]
    delivery, requests = sent("slack", replies, clock, monkeypatch)
    assert delivery.ok
    assert requests == 3


def test_a_refused_connection_is_tried_again(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    to = channel("slack", f"http://127.0.0.1:{port}", monkeypatch)
    delivery = channels.send(to, message(), now=NOW, patience=clock.patience())
    assert delivery == Delivery(False, 4, "127.0.0.1: connection refused")
    assert clock.pauses == [1.0, 2.0, 4.0]


def test_a_secret_that_no_header_can_have_is_not_quoted(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AM_TOKEN", f"a\nb{SECRET}")
    with http_receiver() as receiver:
        am = {"type": "alertmanager", "url": receiver.url, "token_env": "AM_TOKEN"}
        to = channels.parse("am", am)
        delivery = channels.send(to, message(), now=NOW, patience=clock.patience())
    assert delivery == Delivery(
        False, 1, "127.0.0.1: a header cannot be sent: check the secrets"
    )


def test_a_missing_variable_is_named_and_nothing_is_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with http_receiver() as receiver:
        to = channel("webhook", receiver.url, monkeypatch)
        monkeypatch.setenv("HOOK_KEY", " ")
        with pytest.raises(InputError) as raised:
            channels.send(to, message(), now=NOW)
    assert raised.value.lines == ("channel team: set HOOK_KEY (secret_env)",)
    assert receiver.requests == []


def test_the_usual_patience_is_a_minute() -> None:
    usual = Patience()
    waited = sum(usual.pauses) + usual.tries * usual.timeout
    assert (usual.tries, usual.budget) == (4, 60.0)
    assert waited <= usual.budget

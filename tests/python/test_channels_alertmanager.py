"""Alertmanager, which forgets what is not posted again, and services of apprise."""

import json
import logging
import sys
from datetime import timedelta
from typing import Any

import pytest
from fake_receivers import NOW, Clock, Reply, http_receiver, message

from llm_telemetry.errors import InputError
from llm_telemetry.watch import channels
from llm_telemetry.watch.message import Delivery, Message

TOKEN = "token-of-alertmanager"
SECRET = "path-that-is-secret"


@pytest.fixture
def clock() -> Clock:
    return Clock()


def posted(*told: Message, **settings: Any) -> list[dict[str, Any]]:
    """Return the alerts of one request."""
    with http_receiver() as receiver:
        am = {"type": "alertmanager", "url": f"{receiver.url}/prefix/", **settings}
        to = channels.parse("am", am)
        if len(told) == 1:
            assert channels.send(to, told[0], now=NOW).ok
        else:
            assert channels.refresh(to, told, now=NOW).ok
    ((_, target, _, body),) = receiver.requests
    assert target == "/prefix/api/v2/alerts"
    alerts: list[dict[str, Any]] = json.loads(body)
    return alerts


def test_an_open_alert_ends_after_the_next_run() -> None:
    (alert,) = posted(message(url="https://example.com/r"), ttl_hours=26)
    assert alert == {
        "labels": {
            "alertname": "failures",
            "rule_id": "failures",
            "severity": "critical",
            "fingerprint": "0123456789abcdef",
            "metric": "failure_rate",
        },
        "annotations": {
            "summary": "critical: Failures of calls",
            "description": "model_provider anthropic: 22.6 % instead of 1.3 %",
        },
        "startsAt": "2026-03-01T00:00:00Z",
        "endsAt": "2026-03-03T08:00:00Z",
        "generatorURL": "https://example.com/r",
    }


def test_a_resolved_alert_ends_now() -> None:
    (alert,) = posted(message(transition="resolved", open=False))
    assert alert["endsAt"] == "2026-03-02T06:00:00Z"


def test_every_open_alert_is_posted_again_in_one_request() -> None:
    alerts = posted(message(), message(rule_id="latency", labels={}))
    assert [alert["labels"]["alertname"] for alert in alerts] == ["failures", "latency"]
    assert {alert["endsAt"] for alert in alerts} == {"2026-03-03T08:00:00Z"}


def test_a_repeat_has_the_same_labels_and_start() -> None:
    """Check what Alertmanager tells alerts apart by."""
    first, again = (
        posted(message(title=title, text=title))[0] for title in ("day 1", "day 2")
    )
    assert first["labels"] == again["labels"]
    assert first["startsAt"] == again["startsAt"]


def test_an_escalation_ends_the_warning() -> None:
    critical, warning = posted(message(transition="escalated"))
    assert critical["labels"]["severity"] == "critical"
    assert critical["endsAt"] == "2026-03-03T08:00:00Z"
    assert warning["labels"] == {**critical["labels"], "severity": "warning"}
    assert warning["endsAt"] == "2026-03-02T06:00:00Z"


def test_no_alert_ends_before_it_starts() -> None:
    later = NOW + timedelta(days=3)
    (alert,) = posted(message(starts_at=later, transition="resolved", open=False))
    assert alert["startsAt"] == alert["endsAt"] == "2026-03-02T06:00:00Z"


def test_labels_are_named_as_the_api_takes_them() -> None:
    labels = {"use-case": "a", "9": "b", "empty": "", "severity": "none", "": "c"}
    (alert,) = posted(message(labels=labels))
    own = {"alertname", "rule_id", "severity", "fingerprint"}
    assert alert["labels"]["severity"] == "critical"
    rest = {name: text for name, text in alert["labels"].items() if name not in own}
    assert rest == {"use_case": "a", "_9": "b"}


def test_a_test_ends_soon_and_a_digest_is_not_posted() -> None:
    (alert,) = posted(message(transition="test"))
    assert alert["endsAt"] == "2026-03-02T06:05:00Z"
    to = channels.parse("am", {"type": "alertmanager", "url": "http://127.0.0.1:1"})
    digest = channels.send(to, message(transition="digest"), now=NOW)
    assert digest == Delivery(True, 0, "no digest: every open alert is posted")


def test_other_channels_have_nothing_to_post_again() -> None:
    to = channels.parse("team", {"type": "webhook", "url": "http://127.0.0.1:1"})
    assert channels.refresh(to, [message()], now=NOW).tries == 0


@pytest.mark.parametrize(
    ("settings", "header"),
    [
        ({"token_env": "AM_TOKEN"}, f"Bearer {TOKEN}"),
        (
            {"user_env": "AM_USER", "password_env": "AM_TOKEN"},
            "Basic dTp0b2tlbi1vZi1hbGVydG1hbmFnZXI=",
        ),
    ],
)
def test_a_login_is_sent(
    settings: dict[str, str],
    header: str,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(1)
    monkeypatch.setenv("AM_TOKEN", TOKEN)
    monkeypatch.setenv("AM_USER", "u")
    with http_receiver(Reply(503), Reply(401)) as receiver:
        am = {"type": "alertmanager", "url": receiver.url, **settings}
        to = channels.parse("am", am)
        patience = clock.patience()
        delivery = channels.send(to, message(), now=NOW, patience=patience)
    assert delivery == Delivery(False, 2, "127.0.0.1 answered 401")
    assert {request[2]["authorization"] for request in receiver.requests} == {header}
    assert TOKEN not in caplog.text


def services(
    url: str, monkeypatch: pytest.MonkeyPatch, told: Message | None = None
) -> Delivery:
    """Send a message through apprise to a receiver of JSON."""
    pytest.importorskip("apprise")
    address = url.replace("http://", "json://")
    monkeypatch.setenv("APPRISE_URL", f"{address}/{SECRET}")
    to = channels.parse("any", {"type": "apprise", "url_env": "APPRISE_URL"})
    return channels.send(to, told or message(), now=NOW)


@pytest.mark.parametrize("status", [200, 400, 429, 500])
def test_apprise_says_what_was_taken_and_logs_no_url(
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(1)
    logging.getLogger("apprise").setLevel(1)
    with http_receiver(Reply(status)) as receiver:
        delivery = services(receiver.url, monkeypatch)
    words = "took it" if status == 200 else "did not take it"
    assert delivery == Delivery(status == 200, 1, f"apprise: JSON {words}")
    assert len(receiver.requests) == 1
    assert json.loads(receiver.bodies()[0])["title"] == "critical: Failures of calls"
    assert SECRET not in caplog.text
    logging.getLogger("any").warning("logging goes on")
    assert "logging goes on" in caplog.text


def test_a_redirect_of_apprise_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    with http_receiver() as other:
        reply = Reply(302, {"Location": f"{other.url}/elsewhere"})
        with http_receiver(reply) as receiver:
            delivery = services(receiver.url, monkeypatch)
    assert not delivery.ok
    assert other.requests == []


@pytest.mark.parametrize(
    "url", [f"no-such-service://{SECRET}", f"json://a,json://b/{SECRET}"]
)
def test_a_url_that_apprise_does_not_know_is_not_quoted(
    url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip("apprise")
    caplog.set_level(1)
    monkeypatch.setenv("APPRISE_URL", url)
    to = channels.parse("any", {"type": "apprise", "url_env": "APPRISE_URL"})
    with pytest.raises(InputError) as raised:
        channels.check(to)
    assert raised.value.lines == (
        "channel any: APPRISE_URL: not one URL that apprise knows",
    )
    assert SECRET not in caplog.text


def test_apprise_is_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    monkeypatch.setenv("APPRISE_URL", "json://localhost")
    to = channels.parse("any", {"type": "apprise", "url_env": "APPRISE_URL"})
    with pytest.raises(InputError, match=r"pip install '.*\[apprise\]'"):
        channels.send(to, message(), now=NOW)

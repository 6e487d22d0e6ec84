"""What Slack, Discord and webhooks are sent: cut, escaped, signed."""

import hashlib
import hmac
import json
import math
from typing import Any

import pytest
from fake_receivers import NOW, Clock, Reply, http_receiver, message
from hypothesis import given
from hypothesis import strategies as st

from llm_telemetry.http_exchange import Answer, retry_after
from llm_telemetry.watch import channels
from llm_telemetry.watch.channels import discord, texts, webhook

SECRET = "t0p-s3cret-path"
KEY = "signing-key-of-the-hook"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOOK_KEY", KEY)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def channel(kind: str, url: str, monkeypatch: pytest.MonkeyPatch) -> channels.Channel:
    """Return a channel whose URL has a secret in its path."""
    monkeypatch.setenv("HOOK_URL", f"{url}/{SECRET}")
    settings = {"secret_env": "HOOK_KEY"} if kind == "webhook" else {}
    return channels.parse("team", {"type": kind, "url_env": "HOOK_URL", **settings})


def content(
    kind: str, monkeypatch: pytest.MonkeyPatch, **changed: Any
) -> dict[str, Any]:
    """Return the document that a channel posts."""
    with http_receiver() as receiver:
        to = channel(kind, receiver.url, monkeypatch)
        assert channels.send(to, message(**changed), now=NOW).ok
    posted: dict[str, Any] = json.loads(receiver.bodies()[0])
    return posted


def test_slack_mentions_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    posted = content("slack", monkeypatch, text="<!channel> & <http://x|y>", title="t")
    assert posted["text"] == "t\n\n&lt;!channel&gt; &amp; &lt;http://x|y&gt;"
    assert posted["unfurl_links"] is False


def test_slack_takes_a_long_text(monkeypatch: pytest.MonkeyPatch) -> None:
    posted = content("slack", monkeypatch, text="&" * 100_000)
    assert len(posted["text"]) < 40_000
    assert posted["text"].endswith(texts.CUT)
    assert set(posted["text"].removesuffix(texts.CUT)[-10:]) <= set("&amp;")


@pytest.mark.parametrize("text", ["x" * 3_021, "🔥" * 1_500, "x" + "🔥" * 1_500])
def test_discord_gets_at_most_2000_characters(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted = content("discord", monkeypatch, text=text)
    units = len(posted["content"].encode("utf-16-le")) // 2
    assert 1_990 < units <= 2_000
    assert posted["content"].endswith(texts.CUT)


def test_discord_mentions_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    posted = content("discord", monkeypatch, text="@everyone")
    assert posted["allowed_mentions"] == {"parse": []}
    assert posted["content"].endswith("\n\n@everyone")


def test_a_short_text_is_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    posted = content("discord", monkeypatch, text="é", title="t", url="https://x/y")
    assert posted["content"] == "t\n\né\n\nhttps://x/y"


@given(st.text(), st.integers(min_value=len(texts.CUT), max_value=50))
def test_a_cut_text_is_a_text_within_the_limit(text: str, units: int) -> None:
    found = texts.cut(text, units)
    assert len(found.encode("utf-16-le")) <= 2 * units
    assert found == text or found.endswith(texts.CUT)


def test_a_webhook_is_signed_and_has_a_key_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with http_receiver() as receiver:
        to = channel("webhook", receiver.url, monkeypatch)
        told = message(members=[{"member": "é", "ratio": math.nan}])
        assert channels.send(to, told, now=NOW).ok
    _, target, headers, body = receiver.requests[0]
    timestamp = headers["x-llm-telemetry-timestamp"]
    signed = hmac.new(KEY.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    posted = json.loads(body)
    assert target == f"/{SECRET}"
    assert timestamp == str(int(NOW.timestamp()))
    assert headers["x-llm-telemetry-signature"] == f"sha256={signed.hexdigest()}"
    assert headers["idempotency-key"] == told.delivery_key == posted["delivery_key"]
    assert posted["version"] == 1
    assert posted["starts_at"] == "2026-03-01T00:00:00+00:00"
    assert posted["members"] == [{"member": "é", "ratio": None}]


def test_a_repeated_webhook_has_the_same_key_and_signature(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with http_receiver(Reply(500), Reply()) as receiver:
        to = channel("webhook", receiver.url, monkeypatch)
        assert channels.send(to, message(), now=NOW, patience=clock.patience()).ok
    first, second = receiver.requests
    assert first == second


def test_a_webhook_without_a_secret_is_not_signed() -> None:
    with http_receiver() as receiver:
        to = channels.parse("hook", {"type": "webhook", "url": receiver.url})
        assert channels.send(to, message(), now=NOW).ok
    _, target, headers, _ = receiver.requests[0]
    assert target == "/"
    assert "x-llm-telemetry-signature" not in headers


def test_a_key_makes_no_header(monkeypatch: pytest.MonkeyPatch) -> None:
    key = "team|a\r\nX-Injected: 1|ö"
    with http_receiver() as receiver:
        to = channel("webhook", receiver.url, monkeypatch)
        assert channels.send(to, message(delivery_key=key), now=NOW).ok
    headers = receiver.requests[0][2]
    assert "x-injected" not in headers
    assert headers["idempotency-key"] == "team|a%0D%0AX-Injected: 1|%C3%B6"


def test_the_signature_is_that_of_the_documentation() -> None:
    """Compare with an independent computation: openssl dgst -sha256 -hmac."""
    headers = webhook.signed(b'{"a": 1}', "key", 1_700_000_000)
    assert headers["X-LLM-Telemetry-Signature"] == (
        "sha256=" + hmac.digest(b"key", b'1700000000.{"a": 1}', "sha256").hex()
    )


def test_a_proxy_of_the_environment_is_asked(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with http_receiver(Reply(502)) as proxy:
        address = proxy.url.replace("http://", "http://user:pass-of-proxy@")
        monkeypatch.setenv("http_proxy", address)
        monkeypatch.setenv("no_proxy", "")
        monkeypatch.setenv("NO_PROXY", "")
        hook = {"type": "webhook", "url": "http://hooks.example.com:81/a?b=c"}
        to = channels.parse("hook", hook)
        patience = clock.patience(tries=1)
        delivery = channels.send(to, message(), now=NOW, patience=patience)
    _, target, headers, _ = proxy.requests[0]
    assert delivery.outcome == "hooks.example.com answered 502"
    assert target == "http://hooks.example.com:81/a?b=c"
    assert headers["proxy-authorization"] == "Basic dXNlcjpwYXNzLW9mLXByb3h5"


@given(st.binary(max_size=60))
def test_no_body_of_an_answer_raises(body: bytes) -> None:
    pause = discord.retry_after(Answer(429, {}, body))
    assert pause is None or pause >= 0


@given(st.text(max_size=40))
def test_no_header_of_an_answer_raises(text: str) -> None:
    pause = retry_after(Answer(429, {"retry-after": text}, b""))
    assert pause is None or pause >= 0

"""Channels as a rules file describes them: what is refused, and in which words."""

from typing import Any

import pytest

from llm_telemetry.errors import InputError
from llm_telemetry.watch import channels

SECRET = "hunter2-in-the-file"
MAIL = {
    **{"type": "email", "host": "smtp.example.com", "port": 587},
    **{"from": "watch@example.com", "to": ["team@example.com"]},
}


@pytest.mark.parametrize(
    "mapping",
    [
        {"type": "slack", "url_env": "WATCH_SLACK_URL", "min_severity": "warning"},
        {"type": "discord", "url_env": "WATCH_DISCORD_URL"},
        {
            "type": "webhook",
            "url_env": "U",
            "secret_env": "S",
            "min_severity": "critical",
        },
        {"type": "webhook", "url": "https://hooks.example.com/a"},
        {**MAIL, "user_env": "U", "password_env": "P"},
        {"type": "alertmanager", "url": "http://127.0.0.1:9093", "ttl_hours": 26},
        {"type": "apprise", "url_env": "WATCH_APPRISE_URL"},
    ],
)
def test_a_channel_is_read(mapping: dict[str, Any]) -> None:
    channel = channels.parse("team", mapping)
    assert channel.type == mapping["type"]
    assert channel.min_severity == mapping.get("min_severity", "warning")
    assert channel.takes("critical")
    assert channel.takes("warning") == (channel.min_severity == "warning")


@pytest.mark.parametrize(
    ("mapping", "line"),
    [
        ({"url_env": "U"}, "type: use one of slack, discord, webhook"),
        ({"type": "teams", "url_env": "U"}, "type: use one of slack"),
        ({"type": "slack"}, "url_env: missing"),
        ({"type": "slack", "url": SECRET}, "url: a secret: name an environment"),
        ({"type": "slack", "url_env": SECRET}, "url_env: must be the name of an"),
        ({"type": "slack", "url_env": 5}, "url_env: must be the name of an"),
        ({"type": "slack", "url_env": "U", "ulr": "x"}, "ulr: unknown key"),
        (
            {"type": "slack", "url_env": "U", "min_severty": "x"},
            "min_severty: unknown key: did you mean min_severity?",
        ),
        (
            {"type": "slack", "url_env": "U", "min_severity": "page"},
            "min_severity: use one of warning, critical",
        ),
        ({"type": "webhook"}, "set one of url and url_env"),
        ({"type": "webhook", "url": "http://a", "url_env": "U"}, "set one of url"),
        ({"type": "webhook", "url": "ftp://a/b"}, "url: no URL: start it with https"),
        ({"type": "webhook", "url": "https://a b"}, "url: no URL: only printable"),
        (
            {"type": "webhook", "url": "https://a\r\nX: 1"},
            "url: no URL: only printable",
        ),
        ({"type": "webhook", "url": "http://[::1"}, "url: no URL"),
        ({"type": "webhook", "url": "http://a:99999/"}, "url: no URL"),
        (
            {"type": "webhook", "url": f"https://u:{SECRET}@a"},
            "url: a user or password",
        ),
        ({"type": "webhook", "url": "http://a", "secret": SECRET}, "secret: a secret"),
        ({**MAIL, "password": SECRET}, "password: a secret"),
        ({**MAIL, "password_env": "P"}, "user_env and password_env: set both or none"),
        ({**MAIL, "to": "team@example.com"}, "to: a list of addresses"),
        ({**MAIL, "to": []}, "to: a list of addresses"),
        ({**MAIL, "to": ["a@b\r\nBcc: c@d"]}, "to: a list of addresses"),
        ({**MAIL, "from": "watch"}, "from: one address"),
        ({**MAIL, "port": "587"}, "port: a number from 1 to 65535"),
        ({**MAIL, "port": True}, "port: a number from 1 to 65535"),
        ({**MAIL, "host": "smtp://a"}, "host: the name of a mail server"),
        ({**MAIL, "security": "ssl"}, "security: use one of starttls, tls, none"),
        (
            {**MAIL, "user_env": "U", "password_env": "P", "security": "none"},
            "security: a password is not sent without encryption",
        ),
        (
            {"type": "alertmanager", "url": "http://a", "ttl_hours": 0},
            "ttl_hours: a number of hours above 0",
        ),
        (
            {"type": "alertmanager", "url": "http://a", "ttl_hours": float("nan")},
            "ttl_hours: a number of hours above 0",
        ),
        (
            {"type": "alertmanager", "url": "http://a", "token_env": "T"}
            | {"user_env": "U", "password_env": "P"},
            "token_env and user_env: set one of them",
        ),
    ],
)
def test_a_wrong_channel_is_one_line_without_the_value(
    mapping: dict[str, Any], line: str
) -> None:
    with pytest.raises(InputError) as raised:
        channels.parse("team", mapping)
    assert any(one.startswith(f"channel team: {line}") for one in raised.value.lines)
    assert SECRET not in str(raised.value)


def test_a_channel_that_is_no_mapping_is_one_line() -> None:
    wrong: Any = "slack"
    with pytest.raises(InputError, match="channel team: list its settings"):
        channels.parse("team", wrong)


def test_every_problem_is_a_line() -> None:
    with pytest.raises(InputError) as raised:
        channels.parse("team", {"type": "slack", "min_severity": 3, "colour": "red"})
    assert len(raised.value.lines) == 3


@pytest.mark.parametrize(
    ("kind", "url", "problem"),
    [
        ("slack", "", "set HOOK_URL (url_env)"),
        ("slack", f"hooks.slack.com/{SECRET}", "HOOK_URL: no URL: start it with"),
        ("slack", f"http://hooks.slack.com/{SECRET}", "the URL is a secret"),
        ("discord", f"http://discord.com/{SECRET}", "the URL is a secret"),
        ("webhook", f"https://u:{SECRET}@hooks.example.com", "a user or password"),
        ("webhook", f"https://é.example.com/{SECRET}", "only printable ASCII"),
    ],
)
def test_a_variable_without_a_usable_url_is_named(
    kind: str, url: str, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = channels.parse("team", {"type": kind, "url_env": "HOOK_URL"})
    monkeypatch.setenv("HOOK_URL", url)
    with pytest.raises(InputError) as raised:
        channels.check(channel)
    assert problem in str(raised.value)
    assert SECRET not in str(raised.value)


def test_every_missing_variable_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_USER", "NO_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    login = {"user_env": "NO_USER", "password_env": "NO_PASSWORD"}
    with pytest.raises(InputError) as raised:
        channels.check(channels.parse("post", {**MAIL, **login}))
    assert raised.value.lines == (
        "channel post: set NO_USER (user_env)",
        "channel post: set NO_PASSWORD (password_env)",
    )


def test_a_usable_channel_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_URL", "https://hooks.slack.com/services/a")
    channels.check(channels.parse("team", {"type": "slack", "url_env": "HOOK_URL"}))
    channels.check(channels.parse("post", MAIL))

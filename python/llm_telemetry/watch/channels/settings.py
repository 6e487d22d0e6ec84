"""A channel as a rules file describes it; secrets are read from the environment."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlsplit

from llm_telemetry.errors import InputError

SEVERITIES = ("warning", "critical")
COMMON = ("type", "min_severity")
# what a channel of each type needs, and what it may have
NEEDED = {
    "slack": ("url_env",),
    "discord": ("url_env",),
    "webhook": (),
    "email": ("host", "from", "to"),
    "alertmanager": (),
    "apprise": ("url_env",),
}
OPTIONAL = {
    "slack": (),
    "discord": (),
    "webhook": ("url", "url_env", "secret_env"),
    "email": ("port", "security", "user_env", "password_env"),
    "alertmanager": (
        *("url", "url_env", "ttl_hours"),
        *("user_env", "password_env", "token_env"),
    ),
    "apprise": (),
}
SECURITIES = ("starttls", "tls", "none")
LOOPBACK = ("localhost", "127.0.0.1", "::1")
# a URL that is a secret itself
SECRET_URLS = ("slack", "discord")
ADDRESS = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Channel:
    """Where messages go: its settings have names of variables instead of secrets."""

    name: str
    type: str
    min_severity: str = "warning"
    settings: Mapping[str, Any] = field(default_factory=dict)

    def takes(self, severity: str) -> bool:
        """Return whether messages of a severity go to this channel."""
        return SEVERITIES.index(severity) >= SEVERITIES.index(self.min_severity)

    def secret(self, key: str) -> str | None:
        """Return the value of the variable that a setting names, if it has the setting.

        Raises InputError where the variable is not set.
        """
        variable = self.settings.get(f"{key}_env")
        if variable is None:
            return None
        value = os.environ.get(variable, "").strip()
        if not value:
            raise InputError(f"channel {self.name}: set {variable} ({key}_env)")
        return value

    def url(self) -> str:
        """Return the URL; raise InputError, which does not quote it, where it is none.

        A URL that is a secret has to be https, but on this machine.
        """
        text = self.secret("url") or str(self.settings.get("url", ""))
        where = self.settings.get("url_env", "url")
        if problem := url_problem(text, is_secret=self.type in SECRET_URLS):
            raise InputError(f"channel {self.name}: {where}: {problem}")
        return text


def parse(name: str, mapping: Mapping[str, Any]) -> Channel:
    """Return a channel; raise InputError, a line per problem, without any value.

    A value may be a secret that was written into the file by mistake.
    """
    where = f"channel {name}"
    if not isinstance(mapping, Mapping):
        raise InputError(f"{where}: list its settings, as in type: slack")
    kind = mapping.get("type")
    if kind not in NEEDED:
        raise InputError(f"{where}: type: use one of {', '.join(NEEDED)}")
    problems = [*_key_problems(kind, mapping), *_value_problems(kind, mapping)]
    if problems:
        raise InputError(*(f"{where}: {problem}" for problem in problems))
    settings = {key: value for key, value in mapping.items() if key not in COMMON}
    return Channel(name, kind, mapping.get("min_severity", SEVERITIES[0]), settings)


def check_environment(channel: Channel) -> None:
    """Raise InputError, a line per variable that is missing or has no usable URL."""
    problems: list[str] = []
    for key in channel.settings:
        if key.endswith("_env"):
            try:
                channel.secret(key.removesuffix("_env"))
            except InputError as error:
                problems += error.lines
    if not problems and channel.type not in ("email", "apprise"):
        channel.url()
    if problems:
        raise InputError(*problems)


def url_problem(text: str, *, is_secret: bool = False) -> str | None:
    """Return why a text is no URL to post to, without quoting it, or None."""
    if not re.fullmatch(r"[!-~]+", text):
        return "no URL: only printable ASCII, without spaces"
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "no URL"
    if parts.scheme not in ("http", "https") or not host:
        return "no URL: start it with https://"
    if parts.username is not None or parts.password is not None:
        return "a user or password in a URL is not sent: use user_env and password_env"
    if is_secret and parts.scheme == "http" and host not in LOOPBACK:
        return "start it with https://: the URL is a secret"
    return None


def _key_problems(kind: str, mapping: Mapping[str, Any]) -> list[str]:
    allowed = (*COMMON, *NEEDED[kind], *OPTIONAL[kind])
    problems = []
    for key in mapping:
        if key in allowed:
            continue
        if f"{key}_env" in allowed:
            hint = f"a secret: name an environment variable with {key}_env"
        else:
            similar = get_close_matches(str(key), allowed, n=1)
            hint = f"did you mean {similar[0]}?" if similar else ", ".join(allowed)
            hint = f"unknown key: {hint}"
        problems.append(f"{key}: {hint}")
    problems += [f"{key}: missing" for key in NEEDED[kind] if key not in mapping]
    if "url" in OPTIONAL[kind] and len({"url", "url_env"} & mapping.keys()) != 1:
        problems.append("set one of url and url_env")
    if ("user_env" in mapping) != ("password_env" in mapping):
        problems.append("user_env and password_env: set both or none")
    if "token_env" in mapping and "user_env" in mapping:
        problems.append("token_env and user_env: set one of them")
    return problems


def _value_problems(kind: str, mapping: Mapping[str, Any]) -> list[str]:
    problems = [
        f"{key}: must be the name of an environment variable, not its value"
        for key, value in mapping.items()
        if str(key).endswith("_env")
        and not (isinstance(value, str) and VARIABLE.fullmatch(value))
    ]
    if mapping.get("min_severity", SEVERITIES[0]) not in SEVERITIES:
        problems.append(f"min_severity: use one of {', '.join(SEVERITIES)}")
    if "url" in mapping and "url" in OPTIONAL[kind]:
        problem = url_problem(str(mapping["url"]))
        problems += [f"url: {problem}"] if problem else []
    hours = mapping.get("ttl_hours", 1)
    if not _is_number(hours) or not 0 < hours <= 24 * 366:
        problems.append("ttl_hours: a number of hours above 0, at most 8784")
    return problems + (_email_problems(mapping) if kind == "email" else [])


def _email_problems(mapping: Mapping[str, Any]) -> list[str]:
    problems = []
    host, to = mapping.get("host", "localhost"), mapping.get("to", ["a@b"])
    port = mapping.get("port", 587)
    if not isinstance(host, str) or not re.fullmatch(r"[A-Za-z0-9.:_-]+", host):
        problems.append("host: the name of a mail server, without port or scheme")
    if not _is_number(port) or port not in range(1, 65536):
        problems.append("port: a number from 1 to 65535")
    if not isinstance(to, list) or not to or not all(map(_is_address, to)):
        problems.append("to: a list of addresses, as in [team@example.com]")
    if not _is_address(mapping.get("from", "a@b")):
        problems.append("from: one address, as in watch@example.com")
    if mapping.get("security", SECURITIES[0]) not in SECURITIES:
        problems.append(f"security: use one of {', '.join(SECURITIES)}")
    is_open = mapping.get("security") == "none" and host not in LOOPBACK
    if is_open and "password_env" in mapping:
        problems.append("security: a password is not sent without encryption")
    return problems


def _is_address(value: object) -> bool:
    return isinstance(value, str) and bool(ADDRESS.fullmatch(value))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)

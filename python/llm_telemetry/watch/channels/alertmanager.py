"""Alertmanager, by its API v2, which forgets alerts that are not posted again.

Every open alert is posted on every run with an end `ttl_hours` ahead: without one it
would report as resolved, minutes later, what is still open.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from llm_telemetry.http_exchange import basic
from llm_telemetry.watch.channels import posting, texts
from llm_telemetry.watch.channels.patience import Patience
from llm_telemetry.watch.channels.settings import Channel
from llm_telemetry.watch.message import Delivery, Message

TTL_HOURS = 26.0
TEST_MINUTES = 5


def send(
    channel: Channel, message: Message, now: datetime, patience: Patience
) -> Delivery:
    """Post one alert, open or resolved."""
    if message.transition == "digest":
        return Delivery(True, 0, "no digest: every open alert is posted")
    return post_alerts(channel, [message], now, patience)


def post_alerts(
    channel: Channel, messages: Sequence[Message], now: datetime, patience: Patience
) -> Delivery:
    """Post alerts in one request."""
    ttl = timedelta(hours=float(channel.settings.get("ttl_hours", TTL_HOURS)))
    alerts = [alert for message in messages for alert in _alerts(message, now, ttl)]
    address = f"{channel.url().rstrip('/')}/api/v2/alerts"
    return posting.post_json(address, alerts, patience, headers=_authorization(channel))


def _authorization(channel: Channel) -> dict[str, str]:
    if token := channel.secret("token"):
        return {"Authorization": f"Bearer {token}"}
    user, password = channel.secret("user"), channel.secret("password")
    return basic(user, password) if user and password else {}


def _alerts(message: Message, now: datetime, ttl: timedelta) -> list[dict[str, Any]]:
    if message.transition == "test":
        ttl = timedelta(minutes=TEST_MINUTES)
    ends_at = now + ttl if message.open else now
    alerts = [_alert(message, message.severity, ends_at)]
    if message.transition == "escalated":
        # an alert of another severity is another alert: the warning ends here
        alerts.append(_alert(message, "warning", now))
    return alerts


def _alert(message: Message, severity: str, ends_at: datetime) -> dict[str, Any]:
    own = {
        "alertname": message.rule_id,
        "rule_id": message.rule_id,
        "severity": severity,
        "fingerprint": message.fingerprint,
    }
    link = texts.link(message)
    return {
        "labels": {**_labels(message.labels), **_labels(own)},
        "annotations": {
            "summary": texts.one_line(message.title),
            "description": message.text,
        },
        # an end before the start is refused
        "startsAt": _moment(min(message.starts_at, ends_at)),
        "endsAt": _moment(ends_at),
        **({"generatorURL": link} if link else {}),
    }


def _labels(labels: Mapping[str, str]) -> dict[str, str]:
    """Return labels whose names the API takes, without those that have no value."""
    named = {re.sub(r"[^a-zA-Z0-9_]", "_", name): labels[name] for name in labels}
    return {
        f"_{name}" if name[:1].isdigit() else name: str(value)
        for name, value in named.items()
        if name and value
    }


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")

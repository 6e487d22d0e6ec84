"""Who receives alerts: Slack, Discord, webhooks, mail, Alertmanager, apprise.

    team = parse("team", {"type": "slack", "url_env": "WATCH_SLACK_URL"})
    check(team)                                  # before anything is judged
    delivery = send(team, message, now=now)      # never raises for what a server does

Alertmanager keeps no alerts: `refresh` posts all open ones to it on every run.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from llm_telemetry.watch.channels import (
    alertmanager,
    apprise_services,
    discord,
    mail,
    slack,
    webhook,
)
from llm_telemetry.watch.channels.patience import PATIENT, Patience
from llm_telemetry.watch.channels.settings import Channel, check_environment, parse
from llm_telemetry.watch.message import Delivery, Message

__all__ = ["Channel", "Patience", "check", "parse", "refresh", "send"]

SENDERS: dict[str, Callable[[Channel, Message, datetime, Patience], Delivery]] = {
    "slack": slack.send,
    "discord": discord.send,
    "webhook": webhook.send,
    "email": mail.send,
    "alertmanager": alertmanager.send,
    "apprise": apprise_services.send,
}


def check(channel: Channel) -> None:
    """Raise InputError where a channel could not send: nothing has been sent then."""
    check_environment(channel)
    if channel.type == "apprise":
        apprise_services.check(channel)


def send(
    channel: Channel, message: Message, *, now: datetime, patience: Patience = PATIENT
) -> Delivery:
    """Send one message; tries again only what may succeed, within a minute.

    Raises InputError where the environment lacks a variable that the channel names.
    """
    check(channel)
    return SENDERS[channel.type](channel, message, now, patience)


def refresh(
    channel: Channel,
    messages: Sequence[Message],
    *,
    now: datetime,
    patience: Patience = PATIENT,
) -> Delivery:
    """Post every open alert again where the receiver forgets them; else do nothing."""
    if channel.type != "alertmanager" or not messages:
        return Delivery(True, 0, "nothing to post again")
    check(channel)
    return alertmanager.post_alerts(channel, messages, now, patience)

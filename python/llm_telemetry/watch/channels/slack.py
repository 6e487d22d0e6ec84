"""Slack, by an incoming webhook."""

from datetime import datetime

from llm_telemetry.watch.channels import posting, texts
from llm_telemetry.watch.channels.patience import Patience
from llm_telemetry.watch.channels.settings import Channel
from llm_telemetry.watch.message import Delivery, Message

# the service cuts a text at 40,000; a character may take five
MAX_LENGTH = 7_000


def send(
    channel: Channel, message: Message, now: datetime, patience: Patience
) -> Delivery:
    """Post a message."""
    content = {
        "text": escaped(texts.cut(texts.plain(message), MAX_LENGTH)),
        "unfurl_links": False,
        "unfurl_media": False,
    }
    return posting.post_json(channel.url(), content, patience)


def escaped(text: str) -> str:
    """Return a text in which nothing is a mention or a link with another address."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

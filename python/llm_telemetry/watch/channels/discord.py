"""Discord, by a webhook."""

import json
from datetime import datetime

from llm_telemetry import http_exchange
from llm_telemetry.http_exchange import Answer
from llm_telemetry.watch.channels import posting, texts
from llm_telemetry.watch.channels.patience import Patience
from llm_telemetry.watch.channels.settings import Channel
from llm_telemetry.watch.message import Delivery, Message

# the service refuses more
MAX_LENGTH = 2_000
# show no preview of a link
SUPPRESS_EMBEDS = 4


def send(
    channel: Channel, message: Message, now: datetime, patience: Patience
) -> Delivery:
    """Post a message, in which nobody is mentioned."""
    content = {
        "content": texts.cut(texts.plain(message), MAX_LENGTH),
        "allowed_mentions": {"parse": []},
        "flags": SUPPRESS_EMBEDS,
    }
    return posting.post_json(channel.url(), content, patience, pause=retry_after)


def retry_after(answer: Answer) -> float | None:
    """Return the longer of the pauses in the body and in the header, in seconds."""
    try:
        body = json.loads(answer.body)
    except ValueError:
        body = None
    asked = body.get("retry_after") if isinstance(body, dict) else None
    pauses = (http_exchange.seconds_of(asked), http_exchange.retry_after(answer))
    return max((pause for pause in pauses if pause is not None), default=None)

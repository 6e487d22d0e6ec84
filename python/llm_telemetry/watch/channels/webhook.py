"""Any receiver of JSON: signed, and with a key by which it can drop a repeat.

The header X-LLM-Telemetry-Signature is `sha256=` and the HMAC-SHA256, in hexadecimal,
of X-LLM-Telemetry-Timestamp, a dot and the body, with the secret of the channel.
"""

import hashlib
import hmac
from dataclasses import asdict
from datetime import datetime
from urllib.parse import quote

from llm_telemetry.watch.channels import posting
from llm_telemetry.watch.channels.patience import Patience
from llm_telemetry.watch.channels.settings import Channel
from llm_telemetry.watch.message import Delivery, Message

VERSION = 1


def send(
    channel: Channel, message: Message, now: datetime, patience: Patience
) -> Delivery:
    """Post a message with all its fields."""
    body = posting.json_bytes({"version": VERSION, **asdict(message)})
    headers = {"Idempotency-Key": quote(message.delivery_key, safe="|:/+@=, ")}
    if secret := channel.secret("secret"):
        headers |= signed(body, secret, int(now.timestamp()))
    return posting.post(channel.url(), body, patience, headers=headers)


def signed(body: bytes, secret: str, timestamp: int) -> dict[str, str]:
    """Return the headers that prove who sent a body, and when."""
    signature = hmac.new(
        secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256
    )
    return {
        "X-LLM-Telemetry-Timestamp": str(timestamp),
        "X-LLM-Telemetry-Signature": f"sha256={signature.hexdigest()}",
    }

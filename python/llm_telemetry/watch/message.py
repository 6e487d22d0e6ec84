"""What is reported about an alert, and what came of sending it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Severity = Literal["warning", "critical"]
Transition = Literal["opened", "escalated", "resolved", "digest", "test"]


@dataclass(frozen=True)
class Message:
    """One message to one channel about one episode of an alert."""

    # the same whenever the same thing is sent again: a receiver may drop the second
    delivery_key: str
    rule_id: str
    name: str
    severity: Severity
    transition: Transition
    title: str
    text: str
    url: str | None
    # of the rule and the labels of its group
    fingerprint: str
    episode: str
    # each with dimension, member, value, baseline, ratio, p_value, window_days
    members: list[dict[str, Any]]
    labels: dict[str, str]
    # aware, in UTC
    starts_at: datetime
    # whether the alert is open after this transition
    open: bool = field(default=True)


@dataclass(frozen=True)
class Delivery:
    """What came of sending one message over one channel."""

    ok: bool
    # requests that were made; 0 where nothing could be sent
    tries: int
    # host and status, for the alert ledger: never a secret
    outcome: str

"""What people read about an alert."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from math import inf, log
from typing import TYPE_CHECKING, Any

from llm_telemetry.artifact.wording import number
from llm_telemetry.watch.judging import RANKS
from llm_telemetry.watch.message import Message, Severity, Transition
from llm_telemetry.watch.rules import Rule
from llm_telemetry.watch.state import Episode, Event, member_row

if TYPE_CHECKING:
    from llm_telemetry.watch.telling import Due

# members that a message names
SHOWN = 10
# what a metric is measured in, see docs/watch.md; rates are in percent
UNITS = {
    "volume": " calls",
    "cost_per_day": " USD",
    "cost_per_call": " USD",
    "tokens_per_call": " tokens",
    "output_tokens_per_call": " tokens",
    **dict.fromkeys(("latency_p50", "latency_p95", "latency_p99"), " ms"),
    "budget_burn": "x",
    "data_age": " hours",
}
RATES = (
    *("failure_rate", "sla_breach_rate", "retry_rate"),
    *("tool_failure_rate", "branch_rate"),
)
REASONS = {
    "back_to_baseline": "back to its history",
    "fixed": "fixed",
    "false_alarm": "a false alarm",
    "accepted": "accepted as the new normal",
    "restated": "the days it was about were restated and are normal",
    "rule_changed": "the rule has other limits now",
    "rule_removed": "the rule was removed",
    "no_traffic": "no traffic for 28 days",
}


def message(one: "Due") -> Message:
    """Return what a channel is notified about an episode."""
    rule, episode = one.rule, one.episode
    members = _worst_first(episode)
    return Message(
        delivery_key=one.delivery_key,
        rule_id=rule.rule_id,
        name=rule.name,
        severity=_severity(one.severity),
        transition=_transition(one.transition),
        title=_title(one, members),
        text="\n".join([*_lines(rule, episode, members), *one.advice]),
        url=rule.url,
        fingerprint=episode.fingerprint,
        episode=episode.episode,
        members=members,
        labels=rule.labels,
        starts_at=episode.opened_at,
        open=episode.is_open,
    )


def digest(later: Sequence["Due"], now: datetime) -> Message:
    """Return one message that names what has to wait for the next hours."""
    first, rule_ids = later[0], dict.fromkeys(one.rule.rule_id for one in later)
    keys = " ".join(sorted(one.delivery_key for one in later))
    key = sha256(keys.encode()).hexdigest()[:16]
    name = first.channel.name
    return Message(
        delivery_key=f"{name}|digest|{now:%Y%m%dT%H}|{key}",
        rule_id="digest",
        name="Alerts that wait",
        severity=_severity(first.severity),
        transition="digest",
        title=f"{len(later)} more messages wait: too many within an hour",
        text=f"Rules: {', '.join(rule_ids)}\nShow them: llm-telemetry alerts list",
        url=None,
        fingerprint=sha256(b"digest").hexdigest()[:16],
        episode=f"digest-{now:%Y%m%dT%H}",
        members=[],
        labels={},
        starts_at=now,
    )


def channel_test(channel: str, now: datetime) -> Message:
    """Return a message that says that a channel works."""
    return Message(
        delivery_key=f"{channel}|test|{now:%Y%m%dT%H%M%S}",
        rule_id="test",
        name="Test of a channel",
        severity="warning",
        transition="test",
        title=f"Test of the channel {channel}",
        text="llm-telemetry watch can send to this channel. Nothing is wrong.",
        url=None,
        fingerprint=sha256(b"test").hexdigest()[:16],
        episode=f"test-{now:%Y%m%dT%H%M%S}",
        members=[],
        labels={},
        starts_at=now,
        open=False,
    )


def summary(episode: Episode) -> str:
    """Return in one line what an alert is about."""
    members = _worst_first(episode)
    more = f" and {len(members) - 1} more" if len(members) > 1 else ""
    return f"{_member(members[0], episode.metric)}{more}" if members else ""


def member_lines(episode: Episode) -> list[str]:
    """Return a line for each member that a message names."""
    members = _worst_first(episode)
    lines = [_member(row, episode.metric) for row in members[:SHOWN]]
    if more := len(members) - SHOWN:
        lines += [f"and {more} more"] if more > 0 else []
    return lines


def _title(one: "Due", members: Sequence[Event]) -> str:
    if not one.episode.is_open:
        reason = one.episode.reason or ""
        return f"Resolved: {one.rule.name}: {REASONS.get(reason, reason)}"
    more = f" and {len(members) - 1} more" if len(members) > 1 else ""
    what = f": {_member(members[0], one.rule.metric)}{more}" if members else ""
    state = "Now critical" if one.transition == "escalated" else one.severity.title()
    return f"{state}: {one.rule.name}{what}"


def _lines(rule: Rule, episode: Episode, members: Sequence[Event]) -> list[str]:
    lines = [*member_lines(episode)] if len(members) > 1 else []
    lines.append(f"Since {episode.opened_day}, alert {episode.episode}.")
    if rule.description:
        lines.append(rule.description)
    if episode.is_open:
        lines.append(
            f"llm-telemetry alerts ack {episode.episode}, or resolve {episode.episode} "
            "--as fixed, false_alarm or accepted"
        )
    return lines


def _worst_first(episode: Episode) -> list[Event]:
    members = episode.open_members or list(episode.members.values())
    rows = [member_row(member) for member in members]
    return sorted(rows, key=lambda row: (-_extent(row), row["p_value"] or 0.0))


def _extent(row: Event) -> float:
    """Return how far a member is from its history; without one, its value."""
    if row["baseline"] is None:
        return abs(float(row["value"] or 0.0))
    return abs(log(row["ratio"])) if row["ratio"] else inf


def _member(row: Event, metric: str) -> str:
    whose = "" if row["member"] == "all" else f"{row['member']} "
    if metric == "drift":
        windows = row["dimension"].replace("_", " ")
        return f"{whose}PSI {_number(row['value'], metric)}, {windows}"
    text = f"{whose}{_number(row['value'], metric)}"
    if row["baseline"] is not None:
        text += f" instead of {_number(row['baseline'], metric)}"
    if row["ratio"] is not None:
        text += f" ({row['ratio']:.2f}x)"
    days = row["window_days"]
    return text if days == 1 else f"{text} over {days} days"


def _number(value: Any, metric: str) -> str:
    """Return four significant digits with the unit, never as a power of ten."""
    if value is None:
        return "unknown"
    if metric in RATES:
        return f"{number(100 * value)} %"
    return f"{number(value)}{UNITS.get(metric, '')}"


def _severity(text: str) -> Severity:
    return "critical" if RANKS[text] > 1 else "warning"


def _transition(text: str) -> Transition:
    known: dict[str, Transition] = {
        "opened": "opened",
        "escalated": "escalated",
        "resolved": "resolved",
    }
    return known[text]

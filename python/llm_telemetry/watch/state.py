"""What the alert ledger says about every rule: its events, folded in their order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

Event = dict[str, Any]
Key = tuple[str, str]

SEVERITIES = ("warning", "critical")
MEMBER_FIELDS = (
    *("dimension", "member", "window_days", "value", "baseline", "ratio", "p_value"),
)
# what people say of an alert: which of them say that it was real
REAL = ("fixed", "accepted")
LABELS = (*REAL, "false_alarm")


@dataclass
class Member:
    """A member of an episode: the window that opened it, and how it is since."""

    dimension: str
    member: str
    window_days: int
    # first and last day on which it was an alert by that window
    first_day: date
    last_day: date
    value: float | None = None
    baseline: float | None = None
    ratio: float | None = None
    p_value: float | None = None
    clear_days: int = 0
    # last day on which it was judged at all
    judged_day: date | None = None
    is_open: bool = True

    @property
    def key(self) -> Key:
        """Return its dimension and name."""
        return self.dimension, self.member


@dataclass
class Episode:
    """An alert from its opening to its end; one that comes back soon is the same."""

    episode: str
    fingerprint: str
    rule_id: str
    metric: str
    severity: str
    opened_day: date
    opened_at: datetime
    limits: str
    members: dict[Key, Member] = field(default_factory=dict)
    # the members that were alerts, by day
    firing: dict[date, tuple[Key, ...]] = field(default_factory=dict)
    is_open: bool = True
    resolved_day: date | None = None
    resolved_at: datetime | None = None
    reason: str | None = None
    # what a person said it was
    label: str | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    note: str | None = None
    # channel, transition and severity of what was delivered, and when
    delivered: dict[tuple[str, str, str], datetime] = field(default_factory=dict)

    @property
    def open_members(self) -> list[Member]:
        """Return the members that have not cleared."""
        return [member for member in self.members.values() if member.is_open]


@dataclass
class Watched:
    """What is known of one rule: the days judged, and its episodes."""

    fingerprint: str
    rule_id: str
    # last day that was judged when it was over: it is never judged again
    settled_day: date | None = None
    # the last judgement, of a day that may not have been over
    last: Event | None = None
    episodes: list[Episode] = field(default_factory=list)

    @property
    def episode(self) -> Episode | None:
        """Return the open episode."""
        return next((one for one in reversed(self.episodes) if one.is_open), None)


@dataclass
class State:
    """Everything that the ledger says."""

    watched: dict[str, Watched] = field(default_factory=dict)
    # by rule
    muted: dict[str, datetime] = field(default_factory=dict)
    # delivery keys, and when what was delivered
    delivered: dict[str, datetime] = field(default_factory=dict)
    # when messages were sent over a channel
    sent: dict[str, list[datetime]] = field(default_factory=dict)
    # delivery keys that wait for the throttle
    throttled: set[str] = field(default_factory=set)

    def of(self, fingerprint: str, rule_id: str) -> Watched:
        """Return what is known of a rule, which may be nothing yet."""
        return self.watched.setdefault(fingerprint, Watched(fingerprint, rule_id))

    def episodes(self) -> list[Episode]:
        """Return all episodes in the order of their opening."""
        found = [one for watched in self.watched.values() for one in watched.episodes]
        return sorted(found, key=lambda one: (one.opened_day, one.episode))

    def apply(self, events: Iterable[Mapping[str, Any]]) -> None:
        """Take events into account; what is no event of ours is read over."""
        for event in events:
            change = CHANGES.get(str(event.get("event")))
            if change:
                change(self, event)


def fold(events: Iterable[Mapping[str, Any]]) -> State:
    """Return the state after events."""
    state = State()
    state.apply(events)
    return state


def key_rows(keys: Iterable[Key]) -> list[Event]:
    """Return members as events name them, in a fixed order."""
    return [{"dimension": one, "member": other} for one, other in sorted(keys)]


def member_row(member: Member) -> Event:
    """Return a member as events and messages have it."""
    return {name: getattr(member, name) for name in MEMBER_FIELDS}


def _opened(state: State, event: Mapping[str, Any]) -> None:
    watched = _watched(state, event)
    day, at = _day(event["interaction_date"]), _moment(event["recorded_at"])
    episode = next(
        (one for one in watched.episodes if one.episode == event["episode"]), None
    )
    if episode is None:
        episode = Episode(
            episode=event["episode"],
            fingerprint=watched.fingerprint,
            rule_id=watched.rule_id,
            metric=event.get("metric", ""),
            severity=event["severity"],
            opened_day=day,
            opened_at=at,
            limits=event.get("limits", ""),
        )
        watched.episodes.append(episode)
    elif not episode.is_open:
        episode.severity = event["severity"]
    episode.is_open, episode.reason = True, None
    episode.resolved_at, episode.resolved_day = None, None
    _join(episode, day, event["members"])


def _joined(state: State, event: Mapping[str, Any]) -> None:
    if episode := _episode(state, event):
        _join(episode, _day(event["interaction_date"]), event["members"])


def _join(episode: Episode, day: date, rows: Sequence[Mapping[str, Any]]) -> None:
    for row in rows:
        key = (row["dimension"], row["member"])
        earlier = episode.members.get(key)
        fields: dict[str, Any] = {name: row.get(name) for name in MEMBER_FIELDS}
        episode.members[key] = Member(
            first_day=earlier.first_day if earlier else day,
            last_day=day,
            judged_day=day,
            **fields,
        )


def _escalated(state: State, event: Mapping[str, Any]) -> None:
    if episode := _episode(state, event):
        episode.severity = event["severity"]


def _judged(state: State, event: Mapping[str, Any]) -> None:
    watched = _watched(state, event)
    watched.last = dict(event)
    day = _day(event["interaction_date"])
    if event["is_settled"]:
        watched.settled_day = max(watched.settled_day or day, day)
    episode = next(
        (one for one in watched.episodes if one.episode == event.get("episode")), None
    )
    if episode is None:
        return
    firing = _keys(event, "firing")
    episode.firing.pop(day, None)
    if firing:
        episode.firing[day] = firing
    for key in firing:
        if member := episode.members.get(key):
            member.last_day = max(member.last_day, day)
            member.judged_day, member.clear_days = day, 0
    for key in _keys(event, "quiet"):
        member = episode.members.get(key)
        if member is None:
            continue
        member.judged_day = day
        # of a day that is not over, being quiet says nothing yet
        if event["is_settled"]:
            member.clear_days += 1
    for key in _keys(event, "cleared"):
        if member := episode.members.get(key):
            member.is_open = False


def _acknowledged(state: State, event: Mapping[str, Any]) -> None:
    if episode := _episode(state, event):
        episode.acknowledged_at = _moment(event["recorded_at"])
        episode.acknowledged_by = event.get("actor")
        episode.note = event.get("note") or episode.note


def _resolved(state: State, event: Mapping[str, Any]) -> None:
    episode = _episode(state, event)
    if episode is None:
        return
    if event["reason"] in LABELS:
        episode.label = event["reason"]
        episode.note = event.get("note") or episode.note
    if not episode.is_open:
        return
    episode.is_open, episode.reason = False, event["reason"]
    episode.resolved_at = _moment(event["recorded_at"])
    episode.resolved_day = _day(event["interaction_date"])
    for member in episode.members.values():
        member.is_open = False


def _muted(state: State, event: Mapping[str, Any]) -> None:
    state.muted[event["rule_id"]] = _moment(event["until"])


def _delivered(state: State, event: Mapping[str, Any]) -> None:
    at = _moment(event["recorded_at"])
    state.delivered[event["delivery_key"]] = at
    state.throttled.discard(event["delivery_key"])
    state.sent.setdefault(event["channel"], []).append(at)
    if episode := _episode(state, event):
        told = (event["channel"], event["transition"], event["severity"])
        episode.delivered[told] = at


def _failed(state: State, event: Mapping[str, Any]) -> None:
    state.throttled.discard(event["delivery_key"])


def _throttled(state: State, event: Mapping[str, Any]) -> None:
    state.throttled.add(event["delivery_key"])


CHANGES = {
    "opened": _opened,
    "joined": _joined,
    "escalated": _escalated,
    "judged": _judged,
    "acknowledged": _acknowledged,
    "resolved": _resolved,
    "accepted": _resolved,
    "muted": _muted,
    "delivered": _delivered,
    "failed": _failed,
    "throttled": _throttled,
}


def _watched(state: State, event: Mapping[str, Any]) -> Watched:
    return state.of(event["fingerprint"], event["rule_id"])


def _episode(state: State, event: Mapping[str, Any]) -> Episode | None:
    watched = _watched(state, event) if event.get("episode") else None
    found = watched.episodes if watched else []
    return next((one for one in found if one.episode == event["episode"]), None)


def _keys(event: Mapping[str, Any], field: str) -> tuple[Key, ...]:
    return tuple((one["dimension"], one["member"]) for one in event.get(field, ()))


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)

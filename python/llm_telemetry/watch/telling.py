"""Who is notified what, once: what is due, what has to wait, and what came of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from llm_telemetry.watch.alert_ledger import AlertLedger
from llm_telemetry.watch.channels import Channel
from llm_telemetry.watch.judging import RANKS
from llm_telemetry.watch.message import Delivery, Message
from llm_telemetry.watch.rules import Rule, Rules
from llm_telemetry.watch.state import Episode, Event
from llm_telemetry.watch.wording import digest, message

HOUR = timedelta(hours=1)
# transitions after which a channel knows that an alert is open
OPENING = ("opened", "escalated")

Send = Callable[[Channel, Message], Delivery]
Refresh = Callable[[Channel, Sequence[Message]], Delivery]


@dataclass(frozen=True)
class Due:
    """One thing that one channel has to be told."""

    channel: Channel
    rule: Rule
    episode: Episode
    transition: str
    severity: str
    advice: tuple[str, ...] = ()

    @property
    def delivery_key(self) -> str:
        """Return what stays the same however often it is tried."""
        parts = (self.channel.name, self.episode.episode, self.transition)
        return "|".join((*parts, self.severity))

    @property
    def order(self) -> tuple[int, object, str]:
        """Return its place in the queue: what is critical first, then the oldest."""
        at = self.episode.resolved_at or self.episode.opened_at
        is_news = self.transition in OPENING
        return -RANKS[self.severity] * is_news, at, self.episode.episode


@dataclass(frozen=True)
class Told:
    """What one channel was told, or would have been, and what came of it."""

    channel: str
    delivery_key: str
    transition: str
    title: str
    outcome: str
    ok: bool | None


def due(ledger: AlertLedger, rules: Rules) -> list[Due]:
    """Return what channels have to be told, most urgent first."""
    found = [
        one
        for rule, episode in _episodes(ledger, rules)
        if not _is_muted(ledger, rule.rule_id)
        for channel in rules.channels
        if rule.channels is None or channel.name in rule.channels
        if (one := _due(ledger, rules, rule, episode, channel))
    ]
    return sorted(found, key=lambda one: one.order)


def _episodes(ledger: AlertLedger, rules: Rules) -> Iterator[tuple[Rule, Episode]]:
    """Yield all episodes, also those of rules that the file no longer has."""
    known = {rule.fingerprint: rule for rule in rules.rules}
    for episode in ledger.state.episodes():
        gone = Rule(episode.rule_id, episode.rule_id, metric="")
        yield known.get(episode.fingerprint, gone), episode


def _is_muted(ledger: AlertLedger, rule_id: str) -> bool:
    until = ledger.state.muted.get(rule_id)
    return until is not None and ledger.now < until


def _due(
    ledger: AlertLedger, rules: Rules, rule: Rule, episode: Episode, channel: Channel
) -> Due | None:
    told = [
        severity
        for name, transition, severity in episode.delivered
        if name == channel.name and transition in OPENING
    ]
    known = max((RANKS[severity] for severity in told), default=0)
    if not episode.is_open:
        is_told = any(
            name == channel.name and transition == "resolved"
            for name, transition, _ in episode.delivered
        )
        if not told or is_told:
            return None
        worst = max(told, key=RANKS.__getitem__)
        return Due(channel, rule, episode, "resolved", worst)
    if known >= RANKS[episode.severity] or not channel.takes(episode.severity):
        return None
    if _is_inhibited(ledger, rules, rule, episode):
        return None
    transition = "escalated" if told else "opened"
    lines = _advice(rules, rule, episode)
    return Due(channel, rule, episode, transition, episode.severity, lines)


def _advice(rules: Rules, rule: Rule, episode: Episode) -> tuple[str, ...]:
    """Return what can be done about the members of an alert about failures."""
    if rule.metric != "failure_rate":
        return ()
    keys = sorted(member.key for member in episode.open_members)
    return tuple(line for key in keys for line in rules.advice.get(key, ()))


def _is_inhibited(
    ledger: AlertLedger, rules: Rules, rule: Rule, episode: Episode
) -> bool:
    """Return whether an open alert that explains this one is at least as severe."""
    for rule_id in rule.inhibited_by:
        other = rules.rule(rule_id)
        cause = ledger.state.of(other.fingerprint, other.rule_id).episode
        if cause and RANKS[cause.severity] >= RANKS[episode.severity]:
            return not _is_muted(ledger, rule_id)
    return False


def tell(ledger: AlertLedger, rules: Rules, send: Send, *, per_hour: int) -> list[Told]:
    """Tell every channel what is due, up to so many messages per hour and channel.

    Before a message the ledger says that it will be sent, and after it what came of
    it: a process that is killed between the two may send it again, none is lost.
    """
    waiting = due(ledger, rules)
    told: list[Told] = []
    for channel in rules.channels:
        own = [one for one in waiting if one.channel is channel]
        told += _tell_channel(ledger, channel, own, send, per_hour)
    ledger.flush()
    return told


def _tell_channel(
    ledger: AlertLedger,
    channel: Channel,
    own: Sequence[Due],
    send: Send,
    per_hour: int,
) -> Iterator[Told]:
    room = per_hour - _sent_lately(ledger, channel)
    now, later = own[: max(room, 0)], own[max(room, 0) :]
    throttled = ledger.state.throttled
    is_news = any(one.delivery_key not in throttled for one in later)
    if is_news and now:
        # one of the messages says what has to wait
        now, later = now[:-1], [now[-1], *later]
    for one in now:
        yield _send(ledger, one, send)
    for one in later:
        if one.delivery_key not in throttled:
            ledger.record({"event": "throttled", **_names(one)})
    if is_news and room > 0:
        yield _send_digest(ledger, channel, later, send)
    for one in later:
        title = message(one).title
        yield Told(
            channel.name, one.delivery_key, one.transition, title, "throttled", None
        )


def _sent_lately(ledger: AlertLedger, channel: Channel) -> int:
    """Count the messages of the last hour; a clock that was put back counts none."""
    sent = ledger.state.sent.get(channel.name, ())
    return sum(ledger.now - HOUR < at <= ledger.now for at in sent)


def _send(ledger: AlertLedger, one: Due, send: Send) -> Told:
    return _deliver(ledger, one.channel, message(one), _names(one), send)


def _send_digest(
    ledger: AlertLedger, channel: Channel, later: Sequence[Due], send: Send
) -> Told:
    text = digest(later, ledger.now)
    names = {
        "fingerprint": text.fingerprint,
        "rule_id": text.rule_id,
        "delivery_key": text.delivery_key,
        "channel": channel.name,
        "transition": "digest",
        "severity": text.severity,
    }
    return _deliver(ledger, channel, text, names, send)


def _deliver(
    ledger: AlertLedger, channel: Channel, text: Message, names: Event, send: Send
) -> Told:
    ledger.record({"event": "intent", **names})
    ledger.flush()
    delivery = send(channel, text)
    event = "delivered" if delivery.ok else "failed"
    came = {"tries": delivery.tries, "outcome": delivery.outcome}
    ledger.record({"event": event, **names, **came})
    ledger.flush()
    return Told(
        channel.name,
        text.delivery_key,
        text.transition,
        text.title,
        delivery.outcome,
        delivery.ok,
    )


def _names(one: Due) -> Event:
    return {
        "fingerprint": one.episode.fingerprint,
        "rule_id": one.rule.rule_id,
        "episode": one.episode.episode,
        "delivery_key": one.delivery_key,
        "channel": one.channel.name,
        "transition": one.transition,
        "severity": one.severity,
    }


def refresh(ledger: AlertLedger, rules: Rules, post: Refresh) -> list[Told]:
    """Post the alerts that a channel knows again, where its receiver forgets them."""
    told = []
    for channel in rules.channels:
        texts = [message(one) for one in _known(ledger, rules, channel)]
        delivery = post(channel, texts)
        if not delivery.ok:
            key = f"{channel.name}|refresh"
            title = f"{len(texts)} open alerts"
            told.append(
                Told(channel.name, key, "refresh", title, delivery.outcome, False)
            )
    return told


def _known(ledger: AlertLedger, rules: Rules, channel: Channel) -> Iterator[Due]:
    for rule in rules.rules:
        episode = ledger.state.of(rule.fingerprint, rule.rule_id).episode
        if episode is None or _is_muted(ledger, rule.rule_id):
            continue
        for name, transition, _ in episode.delivered:
            if name == channel.name and transition in OPENING:
                lines = _advice(rules, rule, episode)
                yield Due(channel, rule, episode, "opened", episode.severity, lines)
                break

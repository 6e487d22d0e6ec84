"""The command `alerts`: look at alerts, and say what became of them."""

import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from llm_telemetry import places
from llm_telemetry.errors import InputError
from llm_telemetry.watch import alert_ledger, channels
from llm_telemetry.watch.alert_ledger import AlertLedger
from llm_telemetry.watch.commands import (
    NOT_TAKEN,
    QUIET,
    Said,
    alert,
    alert_line,
    load_rules,
    moment,
)
from llm_telemetry.watch.rules import ANOMALIES
from llm_telemetry.watch.state import REAL, Episode, Event
from llm_telemetry.watch.wording import channel_test, member_lines

Options = SimpleNamespace
SPAN = re.compile(r"(\d+)([hd])")
# of a two-sided normal interval of 95 %, as the marts have it
# what `show` says of an event
EVENT_FIELDS = (
    *("interaction_date", "severity", "verdict", "reason", "channel", "transition"),
    *("outcome", "actor", "note"),
)
NEEDS_TARGET = ("show", "ack", "resolve", "mute", "test")


def alerts(options: Options) -> Said:
    """Do what was asked for: list and show alerts, or record what people say."""
    action: str = options.action
    if (action in NEEDS_TARGET) != bool(options.target):
        wrong = "name one" if action in NEEDS_TARGET else f"leave out {options.target}"
        raise InputError(f"alerts {action}: {wrong}: llm-telemetry alerts --help")
    given = {"resolve": ("label", "--as"), "mute": ("until", "--until")}
    for name, (field, flag) in given.items():
        if bool(getattr(options, field)) != (action == name):
            wrong = f"give {flag}" if action == name else f"{flag} goes with {name}"
            raise InputError(f"alerts {action}: {wrong}")
    return ACTIONS[action](options)


def _list(options: Options) -> Said:
    return _shown(options, [one for one in episodes(options) if one.is_open])


def _history(options: Options) -> Said:
    return _shown(options, episodes(options))


def _shown(options: Options, episodes: Sequence[Episode]) -> Said:
    if options.json:
        return [json.dumps([alert(one) for one in episodes], indent=2)], QUIET
    lines = [alert_line(one) for one in episodes]
    return lines or ["no alerts"], QUIET


def _show(options: Options) -> Said:
    ledger = alert_ledger.read(places.alert_ledger(options), datetime.now(UTC))
    episode = _found(ledger, options.target)
    own = [event for event in ledger.events if event.get("episode") == episode.episode]
    if options.json:
        return [json.dumps({**alert(episode), "events": own}, indent=2)], QUIET
    lines = [alert_line(episode), *(f"  {line}" for line in member_lines(episode))]
    return [*lines, *(_event_line(event) for event in own)], QUIET


def _event_line(event: Event) -> str:
    said = " ".join(str(event[name]) for name in EVENT_FIELDS if event.get(name))
    return f"{event['recorded_at']} {event['event']} {said}"


def _acknowledge(options: Options) -> Said:
    def events(ledger: AlertLedger) -> list[Event]:
        episode = _found(ledger, options.target)
        if not episode.is_open:
            raise InputError(f"{episode.episode}: not open: {episode.reason}")
        return [{"event": "acknowledged", **_names(episode)}]

    return _recorded(options, events)


def _resolve(options: Options) -> Said:
    """Record what an alert was, also of one that has ended by itself."""

    def events(ledger: AlertLedger) -> list[Event]:
        episode = _found(ledger, options.target)
        last = ledger.state.of(episode.fingerprint, episode.rule_id).last
        day = last["interaction_date"] if last else episode.opened_day.isoformat()
        kind = "accepted" if options.label == "accepted" else "resolved"
        what = {"reason": options.label, "interaction_date": day}
        return [{"event": kind, **_names(episode), **what}]

    return _recorded(options, events)


def _mute(options: Options) -> Said:
    rule = load_rules(options, is_sending=False).rule(options.target)
    now = moment(options.now) or datetime.now(UTC)
    until = alert_ledger.written(_until(options.until, now))
    metric = ANOMALIES.get(rule.metric, rule.metric)
    names = {"fingerprint": rule.fingerprint, "rule_id": rule.rule_id, "metric": metric}
    return _recorded(options, lambda _: [{"event": "muted", **names, "until": until}])


def _until(text: str, now: datetime) -> datetime:
    """Return a time, or a moment so many hours or days from now, as in 12h or 3d."""
    if span := SPAN.fullmatch(text):
        hours = int(span[1]) * (24 if span[2] == "d" else 1)
        try:
            return now + timedelta(hours=hours)
        except OverflowError as error:
            raise InputError(f"--until {text}: too far ahead") from error
    try:
        found = moment(text)
    except InputError as error:
        raise InputError(f"--until {text}: write 12h, 3d or 2026-01-31") from error
    return found or now


def _test(options: Options) -> Said:
    """Send one message that says that a channel works; nothing is recorded."""
    channel = load_rules(options, is_sending=False).channel(options.target)
    now = moment(options.now) or datetime.now(UTC)
    delivery = channels.send(channel, channel_test(channel.name, now), now=now)
    words = "told" if delivery.ok else "not told"
    line = f"{words} {channel.name}: {delivery.outcome}"
    return [line], QUIET if delivery.ok else NOT_TAKEN


def _statistics(options: Options) -> Said:
    rows = statistics(episodes(options))
    if options.json:
        return [json.dumps(rows, indent=2)], QUIET
    return [_statistics_line(row) for row in rows] or ["no alerts"], QUIET


def statistics(episodes: Sequence[Episode]) -> list[dict[str, Any]]:
    """Return a row per rule, as marts.alert_statistics has it after the next build."""
    rows = []
    for rule_id in sorted({one.rule_id for one in episodes}):
        own = [one for one in episodes if one.rule_id == rule_id]
        said = [one for one in own if one.label]
        real = sum(one.label in REAL for one in said)
        low, high = wilson(real, len(said))
        rows.append(
            {
                "rule_id": rule_id,
                "alerts": len(own),
                "open_alerts": sum(one.is_open for one in own),
                "acknowledged": sum(one.acknowledged_at is not None for one in own),
                "labelled": len(said),
                "false_alarms": len(said) - real,
                "real_share": real / len(said) if said else None,
                "real_share_low": low,
                "real_share_high": high,
            }
        )
    return rows


def wilson(successes: int, trials: int) -> tuple[float | None, float | None]:
    """Return the 95 % interval of a share by Wilson (1927); none of no trials."""
    if not trials:
        return None, None
    # slow to import
    from scipy.stats import binomtest

    found = binomtest(successes, trials).proportion_ci(method="wilson")
    return float(found.low), float(found.high)


def _statistics_line(row: dict[str, Any]) -> str:
    line = f"{row['rule_id']}: {row['alerts']} alerts, {row['open_alerts']} open"
    if not row["labelled"]:
        return f"{line}; nobody said whether they were real"
    low, high = row["real_share_low"], row["real_share_high"]
    share = f"{row['real_share']:.0%} of {row['labelled']} real"
    return f"{line}; {share} (95 %: {low:.0%} to {high:.0%})"


def episodes(options: Options) -> list[Episode]:
    """Return all alerts of the ledger, in the order of their opening."""
    ledger = alert_ledger.read(places.alert_ledger(options), datetime.now(UTC))
    return ledger.state.episodes()


def _found(ledger: AlertLedger, name: str) -> Episode:
    """Return the alert of an id, of the start of one, or the open one of a rule."""
    episodes = ledger.state.episodes()
    exact = [one for one in episodes if one.episode == name]
    open_ones = [one for one in episodes if one.rule_id == name and one.is_open]
    found = exact or open_ones or [e for e in episodes if e.episode.startswith(name)]
    if len(found) == 1:
        return found[0]
    which = ", ".join(one.episode for one in found)
    hint = f"several: {which}" if found else "no such alert: llm-telemetry alerts list"
    raise InputError(f"{name}: {hint}")


def _names(episode: Episode) -> Event:
    return {
        "fingerprint": episode.fingerprint,
        "rule_id": episode.rule_id,
        "episode": episode.episode,
    }


def _recorded(options: Options, events: Callable[[AlertLedger], list[Event]]) -> Said:
    now = moment(options.now) or datetime.now(UTC)
    said = {"actor": options.by or places.user(), "note": options.note}
    file = places.alert_ledger(options)
    if not file.exists():
        # what names no alert leaves no file either
        events(alert_ledger.read(file, now))
    with alert_ledger.locked(file, now) as ledger:
        found = [{**event, **said} for event in events(ledger)]
        ledger.record(*found)
        ledger.flush()
    what = options.target if options.action == "mute" else found[0]["episode"]
    end = f" until {found[0]['until']}" if options.action == "mute" else ""
    return [f"{what}: {found[0]['event']}{end}"], QUIET


ACTIONS: dict[str, Callable[[Options], Said]] = {
    "list": _list,
    "show": _show,
    "ack": _acknowledge,
    "resolve": _resolve,
    "mute": _mute,
    "history": _history,
    "stats": _statistics,
    "test": _test,
}

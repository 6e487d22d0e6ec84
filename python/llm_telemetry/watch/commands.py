"""The command `watch`: judge what a build says, tell it once, and say it on screen."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from llm_telemetry import places
from llm_telemetry.config import knobs
from llm_telemetry.errors import InputError
from llm_telemetry.files import journal
from llm_telemetry.warehouse.connection import identity
from llm_telemetry.watch import alert_ledger, channels, rules_file, telling
from llm_telemetry.watch.alert_ledger import AlertLedger
from llm_telemetry.watch.lifecycle import Verdict, advance
from llm_telemetry.watch.rules import Defaults, Rules
from llm_telemetry.watch.series import Observed, observe
from llm_telemetry.watch.state import Episode
from llm_telemetry.watch.telling import Told
from llm_telemetry.watch.wording import message, summary

Options = SimpleNamespace
# lines to print, and the exit code
Said = tuple[list[str], int]

QUIET, CRITICAL, CANNOT_TELL, NOT_TAKEN = 0, 1, 3, 4


def load_rules(options: Options, *, is_sending: bool) -> Rules:
    """Return the rules; raise InputError, a line per problem, where they are wrong."""
    defaults = Defaults(
        cooldown_days=int(knobs.number("watch_cooldown_days")),
        resolve_days=int(knobs.number("watch_resolve_days")),
    )
    return rules_file.load(options.rules, defaults, is_sending=is_sending)


def check(options: Options) -> None:
    """Raise InputError where rules, ledger or a variable are wrong, before a build."""
    load_rules(options, is_sending=True)
    journal.check(places.alert_ledger(options))


def watch(options: Options) -> Said:
    """Judge the days that were not judged yet, and notify who does not know yet."""
    is_dry = getattr(options, "dry_run", False)
    rules = load_rules(options, is_sending=not is_dry)
    given = moment(getattr(options, "now", None))
    # without a warehouse no ledger is made
    identity(options.warehouse)
    with _opened(places.alert_ledger(options), is_dry=is_dry) as ledger:
        # within the lock: another process may judge a newer build meanwhile
        observed = observe(
            options.warehouse, rules.rules, given, is_sample=options.sample
        )
        ledger.now, rules = observed.now, replace(rules, advice=observed.advice)
        first = len(ledger.events)
        verdicts = advance(ledger, rules, observed)
        told = _planned(ledger, rules) if is_dry else _tell(ledger, rules)
        events = ledger.events[first:]
    code = _exit_code(ledger, observed, verdicts, told)
    report = _Report(ledger, rules, observed, verdicts, told, is_dry=is_dry)
    if options.json:
        document = {**report.document(), "events": events, "exit_code": code}
        return [json.dumps(document, indent=2)], code
    if getattr(options, "quiet", False):
        return [], code
    return report.lines(), code


def moment(text: str | None) -> datetime | None:
    """Return a time that was given in words of ISO 8601, in UTC without an offset."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"{text}: no time: write 2026-01-31T12:00:00Z") from error
    return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)


@contextmanager
def _opened(file: Path, *, is_dry: bool) -> Iterator[AlertLedger]:
    now = datetime.now(UTC)
    if is_dry:
        yield alert_ledger.read(file, now)
    else:
        with alert_ledger.locked(file, now) as ledger:
            yield ledger


def _tell(ledger: AlertLedger, rules: Rules) -> list[Told]:
    per_hour = int(knobs.number("watch_max_messages_per_hour"))
    send = partial(channels.send, now=ledger.now)
    told = telling.tell(ledger, rules, send, per_hour=per_hour)
    return [
        *told,
        *telling.refresh(ledger, rules, partial(channels.refresh, now=ledger.now)),
    ]


def _planned(ledger: AlertLedger, rules: Rules) -> list[Told]:
    return [
        Told(
            channel=one.channel.name,
            delivery_key=one.delivery_key,
            transition=one.transition,
            title=message(one).title,
            outcome="dry run",
            ok=None,
        )
        for one in telling.due(ledger, rules)
    ]


def _exit_code(
    ledger: AlertLedger,
    observed: Observed,
    verdicts: Sequence[Verdict],
    told: Sequence[Told],
) -> int:
    if any(one.ok is False for one in told):
        return NOT_TAKEN
    if any(one.severity == "critical" for one in _open(ledger)):
        return CRITICAL
    return CANNOT_TELL if _doubt(observed, verdicts) else QUIET


def _open(ledger: AlertLedger) -> list[Episode]:
    return [one for one in ledger.state.episodes() if one.is_open]


def _doubt(observed: Observed, verdicts: Sequence[Verdict]) -> str | None:
    """Return why nothing can be said about now, or None."""
    limit = knobs.number("watch_max_age_hours")
    if observed.as_of is None:
        return "no call has a time"
    age = observed.now - observed.as_of
    if age > timedelta(hours=limit):
        hours = age.total_seconds() / 3600
        return (
            f"the newest call is {hours:,.0f} hours old, more than WATCH_MAX_AGE_HOURS "
            f"({limit:g}): build the newest telemetry"
        )
    judged = [one for one in verdicts if not one.is_live]
    if judged and all(one.level in ("insufficient", "unmeasured") for one in judged):
        return "no rule has enough history or traffic yet"
    return None


class _Report:
    """What one run found and did."""

    def __init__(
        self,
        ledger: AlertLedger,
        rules: Rules,
        observed: Observed,
        verdicts: Sequence[Verdict],
        told: Sequence[Told],
        *,
        is_dry: bool,
    ) -> None:
        self.ledger, self.rules, self.observed = ledger, rules, observed
        self.verdicts, self.told, self.is_dry = verdicts, told, is_dry
        self.doubt = _doubt(observed, verdicts)

    def document(self) -> dict[str, Any]:
        """Return it for `--json`."""
        return {
            "now": alert_ledger.written(self.observed.now),
            "build_id": self.observed.build_id,
            "rules_file": str(self.rules.file),
            "is_dry_run": self.is_dry,
            "cannot_tell": self.doubt,
            "rules": [
                {
                    "rule_id": one.rule_id,
                    "verdict": one.level,
                    "interaction_date": one.day and one.day.isoformat(),
                }
                for one in self.verdicts
            ],
            "alerts": [alert(one) for one in _open(self.ledger)],
            "notified": [asdict(one) for one in self.told],
        }

    def lines(self) -> list[str]:
        """Return it for people."""
        days = [one.day for one in self.verdicts if one.day and not one.is_live]
        newest = f", newest day {max(days)}" if days else ""
        found = _open(self.ledger)
        lines = [
            f"{len(self.verdicts)} rules{newest}, {len(found)} open alerts",
            *(alert_line(one) for one in found),
        ]
        for level, words in (
            ("insufficient", "too little history or traffic"),
            ("unmeasured", "nothing measured"),
        ):
            names = [one.rule_id for one in self.verdicts if one.level == level]
            if names:
                lines.append(f"not judged, {words}: {', '.join(names)}")
        lines += [_told_line(one) for one in self.told]
        if not self.rules.channels and found:
            lines.append("nobody is notified: name channels in alerts.yml")
        return [*lines, *([f"! {self.doubt}"] if self.doubt else [])]


def alert(episode: Episode) -> dict[str, Any]:
    """Return an alert for `--json`."""
    return {
        "episode": episode.episode,
        "rule_id": episode.rule_id,
        "fingerprint": episode.fingerprint,
        "severity": episode.severity,
        "is_open": episode.is_open,
        "opened_date": episode.opened_day.isoformat(),
        "opened_at": alert_ledger.written(episode.opened_at),
        "resolved_date": episode.resolved_day and episode.resolved_day.isoformat(),
        "reason": episode.label or episode.reason,
        "acknowledged_by": episode.acknowledged_by,
        "note": episode.note,
        "summary": summary(episode),
    }


def alert_line(episode: Episode) -> str:
    """Return an alert in one line."""
    state = f"since {episode.opened_day}"
    if not episode.is_open:
        state += f" until {episode.resolved_day}, {episode.label or episode.reason}"
    elif episode.acknowledged_by:
        state += f", acknowledged by {episode.acknowledged_by}"
    named = f"{episode.severity:8} {episode.episode}"
    return f"{named}  {summary(episode)}, {state}"


def _told_line(one: Told) -> str:
    words = {True: "notified", False: "not notified", None: one.outcome}[one.ok]
    end = f" ({one.outcome})" if one.ok is False else ""
    return f"{words} {one.channel}: {one.title}{end}"

"""What becomes of a rule's alerts as days are judged; nothing is sent here.

The state moves on days of data, never on the clock: a backlog is judged in its order
and only where it ends is notified, and a build that is judged again changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from llm_telemetry.watch import judgements, judging
from llm_telemetry.watch.alert_ledger import AlertLedger
from llm_telemetry.watch.judging import RANKS, Judged
from llm_telemetry.watch.rules import ANOMALIES, Rule, Rules
from llm_telemetry.watch.series import Observed, Series
from llm_telemetry.watch.state import (
    Episode,
    Event,
    Key,
    Member,
    Watched,
    key_rows,
)

# a member that was not judged for so long has left: a prompt version out of use
ABSENT_DAYS = 28
# who said so: the alert stays ended while the same goes on within the cooldown
PEOPLE_ENDED = ("false_alarm", "accepted")


@dataclass(frozen=True)
class Verdict:
    """The newest verdict of a rule, for people."""

    rule_id: str
    level: str
    day: date | None
    # of the clock, not of the days of the data
    is_live: bool


def advance(ledger: AlertLedger, rules: Rules, observed: Observed) -> list[Verdict]:
    """Judge every day that was not judged yet; record what changed by it."""
    today = observed.day_of(observed.now)
    _end_removed(ledger, rules, observed, today)
    verdicts = []
    for rule in rules.rules:
        series = observed.series[rule.rule_id]
        fold = _Fold(ledger, rule, series, observed.build_id, today)
        verdicts.append(fold.run())
    ledger.flush()
    return verdicts


def _end_removed(
    ledger: AlertLedger, rules: Rules, observed: Observed, today: date
) -> None:
    """End the alerts of rules that the file no longer has."""
    kept = {rule.fingerprint for rule in rules.rules}
    for watched in list(ledger.state.watched.values()):
        episode = watched.episode
        if watched.fingerprint not in kept and episode:
            last = watched.last
            day = date.fromisoformat(last["interaction_date"]) if last else today
            ledger.record(_resolved(episode, "rule_removed", day, observed.build_id))


def _resolved(episode: Episode, reason: str, day: date, build_id: str) -> Event:
    return {
        "event": "resolved",
        "fingerprint": episode.fingerprint,
        "rule_id": episode.rule_id,
        "episode": episode.episode,
        "reason": reason,
        "interaction_date": day.isoformat(),
        "build_id": build_id,
    }


class _Fold:
    """One rule, its series, and the ledger that its days are recorded in."""

    def __init__(
        self,
        ledger: AlertLedger,
        rule: Rule,
        series: Series,
        build_id: str,
        today: date,
    ) -> None:
        self.ledger, self.rule, self.series = ledger, rule, series
        self.build_id, self.today = build_id, today
        self.newest = max(series.days, default=None)

    @property
    def watched(self) -> Watched:
        return self.ledger.state.of(self.rule.fingerprint, self.rule.rule_id)

    def run(self) -> Verdict:
        """Judge the days that are due, oldest first."""
        # of a run that was killed, the end may not have been written
        if (episode := self.watched.episode) and (last := self.watched.last):
            self._close(episode, date.fromisoformat(last["interaction_date"]))
        self._restate()
        settled = self.watched.settled_day
        for day in sorted(self.series.days):
            if settled is None or day > settled:
                self._judge_day(day)
        last = self.watched.last
        level = str(last["verdict"]) if last and self.newest else "unmeasured"
        is_live = self.series.kind == "live"
        return Verdict(self.rule.rule_id, level, self.newest, is_live)

    def _judged(self, day: date) -> list[Judged]:
        return judging.judge(self.rule, self.series.days[day])

    def _restate(self) -> None:
        """End an alert whose days no longer are alerts, as data or rule changed."""
        episode = self.watched.episode
        if episode is None or self.series.kind != "daily" or not episode.firing:
            return
        for day, keys in episode.firing.items():
            if day not in self.series.days:
                return
            levels = {
                one.level
                for one in self._judged(day)
                if one.key in keys
                and one.observation.window_days == episode.members[one.key].window_days
            }
            if levels != {"quiet"}:
                return
        reason = "restated" if episode.limits == self.rule.limits else "rule_changed"
        # a value at the limit is an alert or none by how many tests its day has
        if reason == "restated" and judgements.is_as_judged(episode, self._judged):
            return
        day = max(episode.firing)
        self.ledger.record(_resolved(episode, reason, day, self.build_id))

    def _judge_day(self, day: date) -> None:
        """Record what one day changes: first the alert, then that it was judged."""
        judged = self._judged(day)
        # a day that is over, or that will not be seen again
        is_settled = self.series.kind == "snapshot" or (
            self.series.kind == "daily" and (day < self.today or day != self.newest)
        )
        firing = self._firing(day, judged)
        events = self._opening(day, firing)
        if events:
            self.ledger.record(*events)
        episode = self.watched.episode
        event = self._judgement(day, judged, firing, episode, is_settled=is_settled)
        if self._is_new(event):
            self.ledger.record(event)
        if episode and not firing:
            self._close(episode, day)

    def _firing(self, day: date, judged: Sequence[Judged]) -> dict[Key, Judged]:
        """Return the members that are alerts, each by one window.

        A member of the open alert is judged by the window that opened it; others by
        their shortest window that is an alert.
        """
        found: dict[Key, Judged] = {}
        episode = self.watched.episode
        for one in sorted(judged, key=lambda one: one.observation.window_days):
            if not one.is_firing or self._is_known(one, day):
                continue
            member = episode.members.get(one.key) if episode else None
            if member and member.is_open:
                if member.window_days == one.observation.window_days:
                    found[one.key] = one
            else:
                found.setdefault(one.key, one)
        return found

    def _is_known(self, one: Judged, day: date) -> bool:
        """Return whether an alert has been about this already.

        A longer window contains days for days after they were alerts by a shorter one;
        and people may have said that this is no alert, or the new normal.
        """
        days = one.observation.window_days
        for episode in self.watched.episodes:
            member = episode.members.get(one.key)
            if member is None:
                continue
            starts = day - timedelta(days=days - 1)
            if member.window_days < days and starts <= member.last_day:
                return True
            if not episode.is_open and episode.label in PEOPLE_ENDED:
                ended = episode.resolved_day or episode.opened_day
                if day <= ended + timedelta(days=self.rule.cooldown_days):
                    return True
        return False

    def _opening(self, day: date, firing: dict[Key, Judged]) -> list[Event]:
        """Return what opens, joins or escalates an alert."""
        if not firing:
            return []
        severity = max((one.level for one in firing.values()), key=RANKS.__getitem__)
        episode = self.watched.episode
        rows = [judgements.row(one) for one in firing.values()]
        if episode is None:
            return [self._opened(day, severity, rows)]
        known = {member.key for member in episode.open_members}
        common = {**self._names(), "episode": episode.episode}
        common["interaction_date"] = day.isoformat()
        events: list[Event] = []
        if new := [
            row for row in rows if (row["dimension"], row["member"]) not in known
        ]:
            events.append({"event": "joined", **common, "members": new})
        if RANKS[severity] > RANKS[episode.severity]:
            more = {"severity": severity, "build_id": self.build_id, "members": rows}
            events.append({"event": "escalated", **common, **more})
        return events

    def _opened(self, day: date, severity: str, rows: list[Event]) -> Event:
        earlier = self._recent(day, rows)
        return {
            "event": "opened",
            **self._names(),
            "episode": earlier.episode if earlier else self._name(day),
            "is_reopened": earlier is not None,
            "severity": severity,
            "interaction_date": day.isoformat(),
            "window_days": min(row["window_days"] for row in rows),
            "members": rows,
            "name": self.rule.name,
            "limits": self.rule.limits,
            "build_id": self.build_id,
        }

    def _recent(self, day: date, rows: Sequence[Event]) -> Episode | None:
        """Return an episode that ended so lately that this is the same one.

        Of other members it is another one, and so it is where people said that the
        last one was no alert.
        """
        cooldown = timedelta(days=self.rule.cooldown_days)
        keys = {(row["dimension"], row["member"]) for row in rows}
        for episode in reversed(self.watched.episodes):
            ended = episode.resolved_day or episode.opened_day
            if (
                not episode.is_open
                and episode.label not in PEOPLE_ENDED
                and day <= ended + cooldown
                and keys & episode.members.keys()
            ):
                return episode
        return None

    def _name(self, day: date) -> str:
        name = f"{self.rule.rule_id}-{day:%Y%m%d}-{self.rule.fingerprint[:4]}"
        same = sum(one.episode.startswith(name) for one in self.watched.episodes)
        return f"{name}-{same + 1}" if same else name

    def _names(self) -> Event:
        metric = ANOMALIES.get(self.rule.metric, self.rule.metric)
        names = {"fingerprint": self.rule.fingerprint, "rule_id": self.rule.rule_id}
        return {**names, "metric": metric}

    def _judgement(
        self,
        day: date,
        judged: Sequence[Judged],
        firing: dict[Key, Judged],
        episode: Episode | None,
        *,
        is_settled: bool,
    ) -> Event:
        event: Event = {
            "event": "judged",
            **self._names(),
            "interaction_date": day.isoformat(),
            "is_settled": is_settled,
            "verdict": judgements.verdict(judged, firing),
            "build_id": self.build_id,
        }
        if episode:
            event |= self._progress(day, judged, firing, episode, is_settled=is_settled)
        return event

    def _progress(
        self,
        day: date,
        judged: Sequence[Judged],
        firing: dict[Key, Judged],
        episode: Episode,
        *,
        is_settled: bool,
    ) -> Event:
        """Return which members are alerts, are quiet, and have cleared."""
        levels = {(one.key, one.observation.window_days): one.level for one in judged}
        quiet = [
            member
            for member in episode.open_members
            if levels.get((member.key, member.window_days)) == "quiet"
        ]
        # what is true now is over as soon as it is not
        counts_now = self.series.kind == "live"
        need = self.rule.resolve_days
        cleared = [
            member
            for member in quiet
            if counts_now or (is_settled and member.clear_days + 1 >= need)
        ]
        left = [
            member
            for member in episode.open_members
            if member.key not in firing
            and member not in quiet
            and _is_gone(member, day)
        ]
        return {
            "episode": episode.episode,
            "clear_days": judgements.clear_days(episode, quiet),
            "firing": key_rows(firing),
            "quiet": key_rows(member.key for member in quiet),
            "cleared": key_rows(member.key for member in [*cleared, *left]),
        }

    def _is_new(self, event: Event) -> bool:
        """Return whether a judgement says something that the last one does not."""
        last = self.watched.last
        if last is None:
            return True
        if self.series.kind == "live" and not event.get("firing"):
            return bool(event["verdict"] != last["verdict"] or event.get("cleared"))
        said = ("interaction_date", "is_settled", "verdict", "episode", "firing")
        return any(event.get(name) != last.get(name) for name in said)

    def _close(self, episode: Episode, day: date) -> None:
        if episode.open_members:
            return
        is_absent = all(_is_gone(member, day) for member in episode.members.values())
        reason = "no_traffic" if is_absent else "back_to_baseline"
        self.ledger.record(_resolved(episode, reason, day, self.build_id))


def _is_gone(member: Member, day: date) -> bool:
    """Return whether a member has not been judged for so long that it has left."""
    return (day - (member.judged_day or member.last_day)).days >= ABSENT_DAYS

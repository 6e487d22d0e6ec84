"""A team that watches: rules, a ledger, and channels that write down what they get."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from watched_builds import day

from llm_telemetry.watch import alert_ledger, telling
from llm_telemetry.watch.channels import Channel
from llm_telemetry.watch.lifecycle import Verdict, advance
from llm_telemetry.watch.message import Delivery, Message
from llm_telemetry.watch.rules import Rule, Rules
from llm_telemetry.watch.series import Kind, Observation, Observed, Series
from llm_telemetry.watch.state import State

RULE = Rule(
    rule_id="tokens",
    name="Tokens per call",
    metric="tokens_per_call",
    by="prompt_version",
    warning=1.2,
    critical=1.5,
)
TEAM = Channel("team", "webhook")
UTC_ZONE = ZoneInfo("UTC")
# level of a member by window: a ratio, or None where nothing is measured
Level = float | None


def seen(member: str, ratio: Level, window: int = 1) -> Observation:
    """Return an observation; beyond 1.05 the evidence is there."""
    if ratio is None:
        return Observation("prompt_version", member, window, None, "unmeasured")
    evidence = "higher" if ratio > 1.05 else "lower" if ratio < 0.95 else "normal"
    return Observation(
        "prompt_version",
        member,
        window,
        ratio * 100,
        evidence,  # type: ignore[arg-type]
        baseline=100.0,
        ratio=ratio,
        change=ratio * 100 - 100,
        low=ratio * 95,
        high=ratio * 105,
        p_value=1e-6 if evidence != "normal" else 1.0,
    )


def daily(*ratios: Level, member: str = "a") -> dict[int, list[Observation]]:
    """Return one member's days from the first, by their numbers."""
    return {number: [seen(member, ratio)] for number, ratio in enumerate(ratios)}


@dataclass
class Site:
    """One ledger in a folder, and everything that its channels were sent."""

    folder: Path
    rules: tuple[Rule, ...] = (RULE,)
    channels: tuple[Channel, ...] = (TEAM,)
    per_hour: int = 10
    sent: list[Message] = field(default_factory=list)
    # names of channels that take nothing now
    down: set[str] = field(default_factory=set)
    verdicts: list[Verdict] = field(default_factory=list)
    told: list[telling.Told] = field(default_factory=list)

    @property
    def file(self) -> Path:
        return self.folder / "alert_ledger.jsonl"

    def watch(
        self,
        series: dict[int, list[Observation]] | dict[str, dict[int, list[Observation]]],
        *,
        now: datetime | None = None,
        build_id: str = "a",
        kind: Kind = "daily",
    ) -> list[str]:
        """Judge a build, by default days after it; return what was told by this."""
        by_rule = {
            rule.rule_id: series.get(rule.rule_id, {})  # type: ignore[arg-type]
            if any(isinstance(key, str) for key in series)
            else series
            for rule in self.rules
        }
        found = {
            name: Series(kind, {day(number): rows for number, rows in days.items()})
            for name, days in by_rule.items()
        }
        newest = max(
            (max(one.days) for one in found.values() if one.days), default=day(0)
        )
        noon = datetime(newest.year, newest.month, newest.day, 12, tzinfo=UTC)
        clock = now or noon + timedelta(days=1)
        observed = Observed(build_id, clock, UTC_ZONE, clock, found)
        rules = Rules(Path("alerts.yml"), self.rules, self.channels)
        first = len(self.sent)
        with alert_ledger.locked(self.file, clock) as ledger:
            self.verdicts = advance(ledger, rules, observed)
            self.told = telling.tell(ledger, rules, self.send, per_hour=self.per_hour)
        return [f"{one.transition} {one.severity}" for one in self.sent[first:]]

    def send(self, channel: Channel, message: Message) -> Delivery:
        """Take a message unless the channel is down."""
        if channel.name in self.down:
            return Delivery(False, 4, "example.com: 503")
        self.sent.append(message)
        return Delivery(True, 1, "example.com: 200")

    def state(self) -> State:
        """Return what the ledger says."""
        return alert_ledger.read(self.file, datetime.now(UTC)).state

    def lines(self) -> int:
        """Return the number of lines of the ledger."""
        return len(self.file.read_bytes().splitlines())

    def open_rules(self) -> list[str]:
        """Return the rules that have an open alert."""
        return [one.rule_id for one in self.state().episodes() if one.is_open]


def many_rules(count: int, **more: object) -> tuple[Rule, ...]:
    """Return rules that differ in their names."""
    return tuple(
        replace(RULE, rule_id=f"rule_{number:02}", **more)  # type: ignore[arg-type]
        for number in range(count)
    )


def events(site: Site, kind: str) -> Sequence[dict[str, object]]:
    """Return the events of a kind that the ledger has."""
    ledger = alert_ledger.read(site.file, datetime.now(UTC))
    return [event for event in ledger.events if event["event"] == kind]

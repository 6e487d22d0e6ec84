"""What a warehouse says of every series that a rule watches, day by day."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

from llm_telemetry.errors import InputError
from llm_telemetry.warehouse import connection
from llm_telemetry.warehouse.connection import Query
from llm_telemetry.watch import failover
from llm_telemetry.watch.rules import ANOMALIES, Rule

if TYPE_CHECKING:
    import pandas as pd

# daily: every day is judged, and again while it is not over. snapshot: the build as a
# whole, once a day. live: what is true now, on every run
Kind = Literal["daily", "snapshot", "live"]
Evidence = Literal["higher", "lower", "normal", "insufficient", "unmeasured"]

BACKLOG_DAYS = 28
EVIDENCE: dict[str, Evidence] = {
    "higher": "higher",
    "lower": "lower",
    "normal": "normal",
    "insufficient_traffic": "insufficient",
    "insufficient_history": "insufficient",
    "unmeasured": "unmeasured",
    "incomplete_day": "unmeasured",
}
# status of marts.burn_alerts, verdict of marts.drift
BURN: dict[str, Evidence] = {
    "firing": "higher",
    "ok": "normal",
    "insufficient_traffic": "insufficient",
}
DRIFT: dict[str, Evidence] = {
    "drift": "higher",
    "no_drift": "normal",
    "underpowered": "insufficient",
}
# columns that the SQL of a rule returns: some have to be there
SQL_NEEDED = ("interaction_date", "member", "value", "low", "high")
SQL_OPTIONAL = ("dimension", "window_days", "baseline", "p_value")
ANOMALY_COLUMNS = (
    *("interaction_date", "metric", "dimension", "member", "window_days", "value"),
    *("baseline", "ratio", "change", "expected_low", "expected_high", "p_value"),
    "verdict",
)


@dataclass(frozen=True)
class Observation:
    """A member of a series on one day: its value, its history, and the evidence.

    ``low`` and ``high`` bound what the value may be but for chance. ``severity`` is
    that of a mart with thresholds of its own.
    """

    dimension: str
    member: str
    window_days: int
    value: float | None
    evidence: Evidence
    baseline: float | None = None
    ratio: float | None = None
    change: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    severity: str | None = None


@dataclass(frozen=True)
class Series:
    """The observations of a rule by the day they are of; a day may have none."""

    kind: Kind
    days: Mapping[date, Sequence[Observation]]


@dataclass(frozen=True)
class Observed:
    """Everything that was read of one build, for all rules."""

    build_id: str
    # newest call, aware; None where none has a time
    as_of: datetime | None
    zone: ZoneInfo
    # the clock by which it is judged
    now: datetime
    series: Mapping[str, Series] = field(default_factory=dict)
    # lines that a message adds, by dimension and member
    advice: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    def day_of(self, moment: datetime) -> date:
        """Return the business day of a moment."""
        return moment.astimezone(self.zone).date()


def observe(
    warehouse: Path,
    rules: Iterable[Rule],
    now: datetime | None = None,
    *,
    is_sample: bool = False,
) -> Observed:
    """Read the marts that the rules need; of the sample, now is its newest call.

    Raises InputError where the warehouse has no such mart, was replaced meanwhile, or
    the SQL of a rule fails.
    """
    rules = tuple(rules)
    with connection.unchanged(warehouse):
        marts = connection.read_all(_queries(rules), warehouse)
        own = {
            rule.rule_id: connection.query(
                rule.sql.read_text(encoding="utf-8"), warehouse, named=str(rule.sql)
            )
            for rule in rules
            if rule.sql
        }
    build = marts["build_info"].iloc[0]
    is_timed = build["as_of"] == build["as_of"]
    as_of = build["as_of"].to_pydatetime().replace(tzinfo=UTC) if is_timed else None
    knobs = marts["knobs"].set_index("knob")["setting_text"]
    zone = ZoneInfo(str(knobs["business_time_zone"]))
    sample_time = as_of if is_sample else None
    clock = now or sample_time or datetime.now(UTC)
    found = Observed(str(build["build_id"]), as_of, zone, clock)
    series = {rule.rule_id: _series(rule, marts, own, found) for rule in rules}
    return replace(found, series=series, advice=failover.advice(warehouse, rules))


def _queries(rules: Sequence[Rule]) -> dict[str, Query]:
    queries: dict[str, Query] = {
        "build_info": {"columns": ("build_id", "as_of")},
        "knobs": {"where": "knob = 'business_time_zone'"},
    }
    metrics = {ANOMALIES[rule.metric] for rule in rules if rule.metric in ANOMALIES}
    if metrics:
        named = ", ".join(f"'{metric}'" for metric in sorted(metrics))
        queries["anomalies"] = {
            "columns": ANOMALY_COLUMNS,
            "where": f"metric in ({named})",
        }
    if any(rule.metric == "budget_burn" for rule in rules):
        newest = "(select max(interaction_date) from marts.burn_alerts)"
        queries["burn_alerts"] = {
            "where": f"interaction_date > {newest} - {BACKLOG_DAYS}"
        }
    if any(rule.metric == "drift" for rule in rules):
        queries["drift"] = {}
    return queries


def _series(
    rule: Rule,
    marts: Mapping[str, "pd.DataFrame"],
    own: Mapping[str, "pd.DataFrame"],
    found: Observed,
) -> Series:
    if rule.metric in ANOMALIES:
        return _of_anomalies(rule, marts["anomalies"])
    if rule.metric == "budget_burn":
        return _of_burn(marts["burn_alerts"])
    if rule.metric == "sql":
        return _of_sql(rule, own[rule.rule_id])
    if found.as_of is None:
        return Series("live", {})
    if rule.metric == "drift":
        day = found.day_of(found.as_of)
        return Series("snapshot", {day: [_drifted(r) for r in _rows(marts["drift"])]})
    hours = (found.now - found.as_of).total_seconds() / 3600
    age = Observation(
        "all", "all", 1, hours, "normal", low=hours, high=hours, change=hours
    )
    return Series("live", {found.day_of(found.now): [age]})


def _of_anomalies(rule: Rule, frame: "pd.DataFrame") -> Series:
    days: dict[date, list[Observation]] = {
        day.date(): [] for day in frame["interaction_date"].drop_duplicates()
    }
    is_own = (
        (frame["metric"] == ANOMALIES[rule.metric])
        & (frame["dimension"] == rule.by)
        & frame["window_days"].isin(rule.windows)
    )
    for row in _rows(frame[is_own]):
        value, baseline = _number(row["value"]), _number(row["baseline"])
        low, high = _bounds(
            value,
            baseline,
            _number(row["expected_low"]),
            _number(row["expected_high"]),
        )
        days[row["interaction_date"].date()].append(
            Observation(
                dimension=row["dimension"],
                member=row["member"],
                window_days=int(row["window_days"]),
                value=value,
                evidence=EVIDENCE[row["verdict"]],
                baseline=baseline,
                ratio=_number(row["ratio"]),
                change=_number(row["change"]),
                low=low,
                high=high,
                p_value=_number(row["p_value"]),
            )
        )
    return Series("daily", days)


def _bounds(
    value: float | None,
    baseline: float | None,
    expected_low: float | None,
    expected_high: float | None,
) -> tuple[float | None, float | None]:
    """Return what the value may be but for chance, at the level of the mart.

    Upwards chance grows with the value, so that the band around the baseline is taken
    as a factor; downwards the band of the baseline, as a difference, is the wider one.
    """
    if value is None or baseline is None or expected_low is None:
        return None, None
    if expected_high is None or expected_high < baseline or baseline < expected_low:
        return None, None
    factor = expected_high / baseline if baseline > 0 else math.inf
    return value / factor, value + baseline - expected_low


def _of_burn(frame: "pd.DataFrame") -> Series:
    severities = {"page": "critical", "ticket": "warning"}
    days: dict[date, list[Observation]] = {}
    for row in _rows(frame):
        observation = Observation(
            dimension="budget",
            member=f"{row['budget']} / {row['alert']}",
            window_days=int(row["long_days"]),
            value=_number(row["long_burn_rate"]),
            evidence=BURN.get(row["status"], "unmeasured"),
            baseline=_number(row["factor"]),
            p_value=_number(row["tail_probability"]),
            severity=severities[row["severity"]],
        )
        days.setdefault(row["interaction_date"].date(), []).append(observation)
    return Series("daily", days)


def _drifted(row: Mapping[str, Any]) -> Observation:
    # traffic that changed is for people to look at, not to stop for
    severity = "warning" if row["severity"] in ("medium", "high") else None
    evidence = DRIFT.get(row["verdict"], "unmeasured")
    # a low one is significant, and too small to matter
    if evidence == "higher" and severity is None:
        evidence = "normal"
    is_numeric = row["feature_type"] == "numeric"
    return Observation(
        dimension=row["window_pair"],
        member=row["feature"],
        window_days=1,
        value=_number(row["psi" if is_numeric else "tv_distance"]),
        evidence=evidence,
        p_value=_number(row["p_value"]),
        severity=severity,
    )


def _of_sql(rule: Rule, frame: "pd.DataFrame") -> Series:
    missing = [name for name in SQL_NEEDED if name not in frame.columns]
    unknown = [n for n in frame.columns if n not in (*SQL_NEEDED, *SQL_OPTIONAL)]
    if missing or unknown:
        listed = ", ".join(
            (*SQL_NEEDED, *(f"{name} (optional)" for name in SQL_OPTIONAL))
        )
        problem = f"lacks {', '.join(missing)}" if missing else ""
        problem = problem or f"unknown columns {', '.join(unknown)}"
        raise InputError(f"{rule.sql}: {problem}: select {listed}")
    days: dict[date, list[Observation]] = {}
    for number, row in enumerate(_rows(frame), 1):
        day = row["interaction_date"]
        if not isinstance(day, date):
            where = f"{rule.sql}: row {number}: interaction_date: {day!r}"
            raise InputError(f"{where}: select a date")
        day = day.date() if isinstance(day, datetime) else day
        days.setdefault(day, []).append(_own_observation(rule, row))
    newest = max(days, default=date.min)
    recent = newest - timedelta(days=min(BACKLOG_DAYS, (newest - date.min).days))
    return Series("daily", {day: days[day] for day in days if day > recent})


def _own_observation(rule: Rule, row: Mapping[str, Any]) -> Observation:
    """Return a row of a rule's SQL; its bounds are the evidence."""
    value, baseline = _number(row["value"]), _number(row.get("baseline"))
    low, high = _number(row["low"]), _number(row["high"])
    is_compared = value is not None and baseline is not None
    evidence: Evidence = "normal"
    if value is None:
        evidence = "unmeasured"
    elif (
        low is None or high is None or (not is_compared and rule.compare != "absolute")
    ):
        evidence = "insufficient"
    elif baseline is not None and low > baseline:
        evidence = "higher"
    elif baseline is not None and high < baseline:
        evidence = "lower"
    return Observation(
        dimension=str(row.get("dimension") or rule.by),
        member=str(row["member"]),
        window_days=int(_number(row.get("window_days")) or 1),
        value=value,
        evidence=evidence,
        baseline=baseline,
        ratio=value / baseline if value is not None and baseline else None,
        change=value - baseline if value is not None and baseline is not None else None,
        low=low,
        high=high,
        p_value=_number(row.get("p_value")),
    )


def _rows(frame: "pd.DataFrame") -> list[dict[str, Any]]:
    return [{str(key): row[key] for key in row} for row in frame.to_dict("records")]


def _number(value: Any) -> float | None:
    if value is None or not math.isfinite(value):
        return None
    return float(value)

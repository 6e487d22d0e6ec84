"""Anomalies of the watched series, where nothing happened and where something did."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pandas as pd
from watched_frames import judged

from calibration.of_watch_rules import OTHER_RULES
from calibration.replicate import built
from calibration.store import Numbers
from llm_telemetry.simulate import Simulation, simulate
from llm_telemetry.simulate.parameters import DAYS, START, Incident, World
from llm_telemetry.simulate.worlds import INCIDENT

MARTS = ("watched_by_day", "watched_latencies_by_day")
COUNTS = ("failure_rate", "sla_breach_rate", "retry_rate")
VOLUMES = ("interactions", "cost_usd")
SERIES = ["metric", "dimension", "member"]
# days of an alert that is open leave the history, at most so many
OPEN_DAYS = 28
# quiet days after which an alert clears
CLEAR_DAYS = 3
MONTH = 30
PROVIDER = "anthropic"
OUTAGE_DAY = DAYS - 14
CREEPING = ("tokens_per_call", "cost_per_call", "retry_rate")
HOURS_OF_OUTAGE = (10, 13)


@dataclass(frozen=True)
class Judged:
    """The mart of anomalies and the daily series that it judged, of one log."""

    anomalies: pd.DataFrame
    series: pd.DataFrame


def judge(
    rollups: Mapping[str, pd.DataFrame], open_days: pd.DataFrame | None = None
) -> Judged:
    """Build the detector over rollups."""
    with judged(*(rollups[mart] for mart in MARTS), open_days) as connection:
        return Judged(
            connection.table("anomalies").df(),
            connection.table("int_watched_series").df(),
        )


def quiet(seed: int, *, world: World, interactions: int) -> Numbers:
    """Count false alarms beside those stated, where nothing happens."""
    return false_alarms(simulate(world, interactions=interactions, seed=seed))


def growing(seed: int, *, world: World, interactions: int, growth: float) -> Numbers:
    """Count false alarms of a service whose traffic grows by a share per day."""
    most = int(interactions * DAYS * growth / (1 - (1 + growth) ** -DAYS))
    simulation = simulate(world, interactions=most, seed=seed)
    calls, sessions = simulation.interactions, simulation.sessions
    first = calls.groupby("session_id")["timestamp_utc"].min().dt.tz_localize(None)
    day = (first - START.replace(tzinfo=None)).dt.days
    kept = np.random.default_rng(seed).random(len(day)) < (1 + growth) ** (day - DAYS)
    thinned = replace(
        simulation,
        interactions=calls[calls["session_id"].map(kept)],
        sessions=sessions[sessions["session_id"].map(kept)],
    )
    return false_alarms(thinned)


def false_alarms(simulation: Simulation) -> Numbers:
    """Count alarms beside those stated: rows, and runs of days as one episode."""
    found = judge(built(simulation, MARTS))
    rows = found.anomalies
    tests = rows[rows["p_value"].notna()]
    alarms = rows[rows["verdict"].isin(["higher", "lower"])]
    months = rows["interaction_date"].nunique() / MONTH
    numbers: Numbers = {"months": months}
    for name, metrics in {
        "all": tests["metric"].unique(),
        "counts": COUNTS,
        "volumes": VOLUMES,
    }.items():
        is_own = tests["metric"].isin(metrics)
        own = alarms[alarms["metric"].isin(metrics)]
        numbers |= {
            f"stated_{name}": tests.loc[is_own, "max_p_value"].sum(),
            f"rows_{name}": len(own),
            f"episodes_{name}": episodes(own),
        }
    for rule, flag in OTHER_RULES.items():
        flagged = flag(found.anomalies, found.series)
        numbers[f"episodes_{rule}"] = episodes(flagged)
    return numbers


def episodes(alarms: pd.DataFrame) -> int:
    """Count the alerts that alarms are: one until it has cleared, both windows one."""
    days = alarms[[*SERIES, "interaction_date"]].drop_duplicates()
    days = days.sort_values([*SERIES, "interaction_date"])
    gaps = days.groupby(SERIES)["interaction_date"].diff()
    return int((gaps.isna() | (gaps > timedelta(days=CLEAR_DAYS))).sum())


def incident(seed: int, *, interactions: int) -> Numbers:
    """Say when the outage of a provider and a creep of costs are found.

    The outage starts two weeks before the end. From the day that an alert on it opens
    its days are those of an open alert, as the alert ledger would have them.
    """
    outage = replace(_outage(), start_day=float(OUTAGE_DAY))
    world = replace(INCIDENT, incident=outage)
    rollups = built(simulate(world, interactions=interactions, seed=seed), MARTS)
    first = judge(rollups)
    alarms = _outage_days(_higher(first.anomalies))
    numbers: Numbers = {"day_1": 1 in alarms, "day_2": bool(alarms & {1, 2})}
    numbers |= _creep_found(_higher(first.anomalies), "ours")
    lasting = _outage_days(_higher(judge(rollups, _open_days(alarms)).anomalies))
    numbers |= {f"day_{day}": day in lasting for day in (7, 14)}
    for rule, flag in OTHER_RULES.items():
        flagged = flag(first.anomalies, first.series)
        flagged = flagged[flagged["way"] > 0]
        days = _outage_days(flagged)
        numbers |= {f"day_{day}_{rule}": day in days for day in (1, 7, 14)}
        numbers |= _creep_found(flagged, rule)
    return numbers


def three_hours(seed: int, *, interactions: int, failure: float) -> Numbers:
    """Say whether an outage of three hours of the last day is found on that day."""
    world = replace(INCIDENT, incident=None, cost_creep=None)
    simulation = simulate(world, interactions=interactions, seed=seed)
    calls = simulation.interactions.copy()
    at = calls["timestamp_utc"].dt.tz_localize(None)
    last = START.replace(tzinfo=None) + timedelta(days=DAYS - 1)
    begins, ends = (last + timedelta(hours=hour) for hour in HOURS_OF_OUTAGE)
    is_hit = (calls["model_provider"] == PROVIDER) & at.between(begins, ends)
    is_hit &= np.random.default_rng(seed).random(len(calls)) < failure
    calls.loc[is_hit, "failure_type"] = "latency_timeout"
    calls.loc[is_hit, "is_failure"] = True
    found = judge(built(replace(simulation, interactions=calls), MARTS))
    days = _outage_days(_higher(found.anomalies), first_day=DAYS - 1)
    return {"day_1": 1 in days, "calls_hit": float(is_hit.sum())}


def _outage() -> Incident:
    assert INCIDENT.incident
    return INCIDENT.incident


def _higher(anomalies: pd.DataFrame) -> pd.DataFrame:
    return anomalies[anomalies["verdict"] == "higher"]


def _number_of(alarms: pd.DataFrame, first_day: float) -> pd.Series:
    start = pd.Timestamp(START.date()) + pd.Timedelta(days=first_day)
    return (alarms["interaction_date"] - start).dt.days + 1


def _outage_days(alarms: pd.DataFrame, first_day: int = OUTAGE_DAY) -> set[int]:
    """Return the days of the outage, from 1, that the provider is alarmed on."""
    of_provider = alarms[
        (alarms["metric"] == "failure_rate")
        & (alarms["dimension"] == "model_provider")
        & (alarms["member"] == PROVIDER)
    ]
    return {number for number in _number_of(of_provider, first_day) if number > 0}


def _open_days(alarms: set[int]) -> pd.DataFrame:
    """Return the days from the first alarm on, as those of an open alert."""
    first = min(alarms, default=DAYS - OUTAGE_DAY + 1)
    numbers = range(first, min(first + OPEN_DAYS, DAYS - OUTAGE_DAY + 1))
    day_zero = START.date() + timedelta(days=OUTAGE_DAY - 1)
    return pd.DataFrame(
        {
            "interaction_date": [day_zero + timedelta(days=n) for n in numbers],
            "metric": "failure_rate",
            "dimension": "model_provider",
            "member": PROVIDER,
        }
    )


def _creep_found(alarms: pd.DataFrame, rule: str) -> Numbers:
    """Say of what creeps, over all calls, on which of its days it is first higher."""
    assert INCIDENT.cost_creep
    numbers: Numbers = {}
    for metric in CREEPING:
        own = alarms[(alarms["metric"] == metric) & (alarms["dimension"] == "all")]
        days = _number_of(own, INCIDENT.cost_creep.start_day)
        first = days[days > 0].min()
        numbers[f"by_day_12_{metric}_{rule}"] = bool(first <= 12)
        if first == first:
            numbers[f"day_{metric}_{rule}"] = float(first)
    return numbers

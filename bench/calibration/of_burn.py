"""Pages of services whose failure rate is known, on calm days and in an outage."""

import numpy as np
import pandas as pd
from built_burn import START, alerts_of, calls_of, health_of

from calibration.store import Numbers

QUARTER = 91
# calls of a session within a day, on average
CALLS = 4


def service(
    seed: int, *, days: int, calls_a_day: int, rate: float, day_spread: float = 0.2
) -> pd.DataFrame:
    """Return calls in sessions that fail together, on days that differ.

    The correlation within a session is .1; a day's rate is ``rate`` times a log-normal
    factor of mean 1.
    """
    rng = np.random.default_rng(seed)
    sessions = rng.poisson(calls_a_day / CALLS, days)
    day = np.repeat(np.arange(days), sessions)
    factor = rng.lognormal(-(day_spread**2) / 2, day_spread, days)[day]
    mean = np.clip(rate * factor, 0, 0.95)
    risk = rng.beta(mean * 9, (1 - mean) * 9)
    length = rng.geometric(1 / CALLS, len(day))
    of_call = np.repeat(np.arange(len(day)), length)
    return calls_of(day[of_call], of_call, rng.random(len(of_call)) < risk[of_call])


def alerts_on(calls: pd.DataFrame) -> pd.DataFrame:
    """Build the alerts on failures over calls, with the day of each row."""
    _, alerts = alerts_of(health_of(calls), calls)
    alerts = alerts[alerts["budget"] == "failures"]
    dates = pd.to_datetime(alerts["interaction_date"])
    return alerts.assign(day=(dates - START).dt.days)


def is_paging(alerts: pd.DataFrame, days: int) -> np.ndarray:
    """Return whether a page fires, day by day."""
    fires = alerts[(alerts["severity"] == "page") & (alerts["status"] == "firing")]
    paging = np.zeros(days, dtype=bool)
    paging[fires["day"].unique()] = True
    return paging


def chronic_miss(seed: int, *, calls_a_day: int, times: float) -> Numbers:
    """Count pages of a service always over its budget, and in an outage at the end.

    A year without an outage, then a day on which every call fails.
    """
    days = 4 * QUARTER + 1
    calls = service(seed, days=days, calls_a_day=calls_a_day, rate=0.02 * times)
    calls.loc[calls["day"] == days - 1, "is_failure"] = True
    alerts = alerts_on(calls)
    paging = is_paging(alerts, days)
    tickets = alerts.query("day == @days - 2 and severity == 'ticket'")
    return {
        "pages": pages(paging[:-1]) / 4,
        "pages_first_quarter": pages(paging[:QUARTER]),
        "paging_days": paging[:-1].sum() / 4,
        "outage_pages": paging[-1],
        "has_proposal": tickets["proposed_budget_rate"].notna().any(),
    }


def on_budget(seed: int, *, calls_a_day: int) -> Numbers:
    """Count pages of a service whose rate is the budget."""
    days = 4 * QUARTER
    calls = service(seed, days=days, calls_a_day=calls_a_day, rate=0.02)
    paging = is_paging(alerts_on(calls), days)
    return {"pages": pages(paging) / 4, "paging_days": paging.sum() / 4}


def failures_in_a_row(seed: int, *, failures: int) -> Numbers:
    """Say whether failures in a row page a service of 40 calls a day, on its 40th."""
    calls = service(seed, days=40, calls_a_day=40, rate=0.01)
    last = calls.index[calls["day"] == calls["day"].max()]
    calls.loc[last[:failures], "is_failure"] = True
    return {"pages": is_paging(alerts_on(calls), 40)[-1]}


def long_incident(seed: int, *, before: int) -> Numbers:
    """Say whether a page still fires on day 28 of an outage of half the calls."""
    days = before + 28
    calls = service(seed, days=days, calls_a_day=200, rate=0.02)
    fails = np.random.default_rng(seed).random(len(calls)) < 0.5
    calls["is_failure"] |= (calls["day"] >= before) & fails
    paging = is_paging(alerts_on(calls), days)
    return {"pages_on_day_1": paging[before], "pages_all_along": paging[before:].all()}


def pages(paging: np.ndarray) -> int:
    """Count the days on which a page starts: one that still fires is not sent again."""
    return int((np.diff(paging.astype(int), prepend=0) == 1).sum())

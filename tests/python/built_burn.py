"""The burn of budgets and its alerts, built from days and calls made by hand."""

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
from rendered_models import build, once_each, with_seed

START = pd.Timestamp("2025-01-01")
BURN = (
    "event_variance_by_day",
    "int_budget_spend_by_day",
    "int_budget_spend_rolling",
    "int_burn_rates",
    "budget_burn",
    "int_burn_rates_multiwindow",
    "burn_alerts",
)


# what makes no session: every call stands alone
ALONE = pd.DataFrame(
    {
        "interaction_date": pd.to_datetime([]),
        "session_id": pd.Series([], dtype="string"),
        "is_failure": pd.Series([], dtype="boolean"),
        "is_sla_breach": pd.Series([], dtype="boolean"),
        "latency_ms": pd.Series([], dtype="float64"),
    }
)


def days_of(failures: np.ndarray, outcomes: np.ndarray) -> pd.DataFrame:
    """Return health_by_day rows of a service that only ever fails."""
    return pd.DataFrame(
        {
            "interaction_date": pd.date_range("2025-01-01", periods=len(failures)),
            "interactions": outcomes,
            "operations": outcomes,
            "timed_operations": outcomes,
            "failures": failures,
            "known_outcomes": outcomes,
            "sla_breaches": 0,
            "measured_latencies": 0,
            "cost_usd": np.where(outcomes > 0, failures * 0.1, np.nan),
        }
    ).astype({"interaction_date": "datetime64[us]"})


def alerts_of(
    health: pd.DataFrame, calls: pd.DataFrame = ALONE
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Build the burn and its alerts over the given days, and the calls behind them."""
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("health", health)
        connection.register(
            "interactions", once_each(calls.drop(columns="day", errors="ignore"))
        )
        connection.execute(
            "create table health_by_day as select * replace "
            "(cast(interaction_date as date) as interaction_date) from health"
        )
        with_seed(connection, "burn_rate_windows")
        build(connection, *BURN)
        burn = connection.table("budget_burn").order("interaction_date").df()
        return burn, connection.table("burn_alerts").df()


def calls_of(
    day: npt.NDArray[np.int64],
    session: npt.NDArray[np.int64],
    is_failure: npt.NDArray[np.bool_],
) -> pd.DataFrame:
    """Return calls, each with its day since the first one."""
    return pd.DataFrame(
        {
            "interaction_date": START + pd.to_timedelta(day, unit="D"),
            "day": day,
            "session_id": session.astype(str),
            "is_failure": is_failure,
            "is_sla_breach": False,
            "latency_ms": 1.0,
        }
    ).astype({"interaction_date": "datetime64[us]"})


def health_of(calls: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of health_by_day over calls, also of days without one."""
    day, failed = calls["day"].to_numpy(), calls["is_failure"].to_numpy()
    return days_of(np.bincount(day[failed], minlength=day.max() + 1), np.bincount(day))

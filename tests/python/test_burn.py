"""Budget burn against pandas, and alerts on services whose truth is known."""

import duckdb
import numpy as np
import pandas as pd
from rendered_models import build, with_seed

BURN = (
    "int_budgets_spent",
    "int_budgets_rolled",
    "budget_burn",
    "int_burns_paired",
    "burn_alerts",
)


def days_of(failures: np.ndarray, outcomes: np.ndarray) -> pd.DataFrame:
    """Return health_by_day rows of a service that only ever fails."""
    return pd.DataFrame(
        {
            "interaction_date": pd.date_range("2025-01-01", periods=len(failures)),
            "failures": failures,
            "known_outcomes": outcomes,
            "sla_breaches": 0,
            "measured_latencies": 0,
            "cost_usd": np.where(outcomes > 0, failures * 0.1, np.nan),
        }
    ).astype({"interaction_date": "datetime64[us]"})


def alerts_of(health: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Build the burn and its alerts over the given days."""
    with duckdb.connect() as connection:
        connection.register("health", health)
        connection.execute(
            "create table health_by_day as select * replace "
            "(cast(interaction_date as date) as interaction_date) from health"
        )
        with_seed(connection, "burn_rate_windows")
        build(connection, *BURN)
        burn = connection.table("budget_burn").df()
        return burn, connection.table("burn_alerts").df()


def test_burn_is_a_rolling_ratio_of_days() -> None:
    generator = np.random.default_rng(1)
    outcomes = generator.poisson(40, 120) * generator.integers(0, 2, 120)
    health = days_of(generator.binomial(outcomes, 0.05), outcomes)
    burn, _ = alerts_of(health)
    by_day = health.set_index("interaction_date")[["failures", "known_outcomes"]]
    for window_days in (1, 3, 7, 28):
        rolled = by_day.rolling(f"{window_days}D").sum()
        expected = rolled["failures"] / rolled["known_outcomes"] / 0.02
        rows = burn[
            (burn["budget"] == "failures") & (burn["window_days"] == window_days)
        ]
        ours = rows.sort_values("interaction_date")["burn_rate"].to_numpy()
        np.testing.assert_allclose(ours, expected.to_numpy(), rtol=1e-12)


def share_firing(failure_rate: float, seed: int) -> pd.Series:
    """Share of days each failure alert fires, over 2,000 days of 500 outcomes."""
    outcomes = np.full(2000, 500)
    failures = np.random.default_rng(seed).binomial(outcomes, failure_rate)
    _, alerts = alerts_of(days_of(failures, outcomes))
    measured = alerts[alerts["budget"] == "failures"]
    firing = measured["status"].isin(["firing", "slo_infeasible"])
    return firing.groupby(measured["alert"]).mean()


def test_a_service_on_budget_alerts_as_seldom_as_the_tail_says() -> None:
    firing = share_firing(0.02, seed=2)
    for alert, long_days, tail in (("1d", 1, 0.001), ("3d", 3, 0.01), ("7d", 7, 0.01)):
        # windows that share days are one observation: 2,000 / long_days of them
        error = np.sqrt(tail * (1 - tail) * long_days / 2000)
        assert firing[alert] <= tail + 3 * error


def test_a_service_at_four_times_its_budget_alerts_nearly_every_day() -> None:
    assert share_firing(0.08, seed=3).min() > 0.95


def test_no_alert_is_ever_both_silent_and_unaccounted_for() -> None:
    outcomes = np.array([500, 500, 0, 0, 500, 500])
    _, alerts = alerts_of(days_of(np.array([10, 60, 0, 0, 5, 60]), outcomes))
    page = alerts[(alerts["budget"] == "failures") & (alerts["alert"] == "1d")]
    statuses = page.sort_values("interaction_date")["status"].tolist()
    assert statuses == ["ok", "firing", "firing", "firing", "ok", "firing"]
    sla = alerts[alerts["budget"] == "sla"]
    assert set(sla["status"]) == {"unmeasured"}

"""Budget burn against pandas, and alerts on services whose truth is known."""

import duckdb
import numpy as np
import pandas as pd
from rendered_models import build, once_each, with_seed

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
    with duckdb.connect() as connection:
        connection.register("health", health)
        connection.register("interactions", once_each(calls))
        connection.execute(
            "create table health_by_day as select * replace "
            "(cast(interaction_date as date) as interaction_date) from health"
        )
        with_seed(connection, "burn_rate_windows")
        build(connection, *BURN)
        burn = connection.table("budget_burn").order("interaction_date").df()
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


def clustered_calls(days: int, sessions: int, seed: int) -> pd.DataFrame:
    """Return calls in sessions of ten, failing at .02, mostly together."""
    generator = np.random.default_rng(seed)
    risk = generator.beta(0.02 * 4, 0.98 * 4, days * sessions)
    position = np.repeat(np.arange(days * sessions), 10)
    start = pd.Timestamp("2025-01-01")
    return pd.DataFrame(
        {
            "interaction_date": start + pd.to_timedelta(position // sessions, unit="D"),
            "session_id": position.astype(str),
            "is_failure": generator.random(len(position)) < risk[position],
            "is_sla_breach": False,
            "latency_ms": 1.0,
        }
    ).astype({"interaction_date": "datetime64[us]"})


def health_of(calls: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of health_by_day over calls."""
    by_day = calls.groupby("interaction_date")["is_failure"]
    return days_of(by_day.sum().to_numpy(), by_day.size().to_numpy())


def test_the_design_effect_is_that_of_the_beta_binomial() -> None:
    calls = clustered_calls(days=60, sessions=200, seed=4)
    burn, _ = alerts_of(health_of(calls), calls)
    longest = burn[(burn["budget"] == "failures") & (burn["window_days"] == 28)]
    # 1 + (m - 1) / (a + b + 1), for m = 10 calls a session and a + b = 4
    expected = 1 + 9 / 5
    assert abs(longest["design_effect"].iloc[-1] / expected - 1) < 0.15
    assert burn["design_effect"].min() >= 1


def test_sessions_that_fail_together_alert_as_seldom_as_the_tail_says() -> None:
    calls = clustered_calls(days=600, sessions=60, seed=5)
    health = health_of(calls)
    shares = []
    for behind in (calls, ALONE):
        _, alerts = alerts_of(health, behind)
        week = alerts[(alerts["budget"] == "failures") & (alerts["alert"] == "7d")]
        shares.append(week["status"].isin(["firing", "slo_infeasible"]).mean())
    clustered, rowwise = shares
    # a beta-binomial tail is longer than the binomial it is matched to in variance
    assert clustered <= 0.03
    assert rowwise > 2 * clustered


def test_missing_outcomes_that_decide_are_said_to() -> None:
    outcomes = np.full(28, 1_000)
    health = days_of(np.full(28, 19), outcomes).assign(operations=1_010)
    burn, alerts = alerts_of(health)
    month = burn[(burn["budget"] == "failures") & (burn["window_days"] == 28)]
    last = month.iloc[-1]
    assert last["burn_rate_low"] == 19 / 1_010 / 0.02
    assert last["burn_rate_high"] == 29 / 1_010 / 0.02
    today = alerts[alerts["interaction_date"] == alerts["interaction_date"].max()]
    flips = today.set_index(["budget", "alert"])["could_missing_flip_it"]
    assert flips[("failures", "28d")]
    # 1.4 times the budget at worst is far from the factor of a page
    assert not flips[("failures", "1d")]

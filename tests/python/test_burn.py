"""Budget burn against pandas, and alerts on services whose truth is known."""

import numpy as np
import pandas as pd
import pytest
from built_burn import ALONE, alerts_of, calls_of, days_of, health_of
from scipy import stats


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
    firing = measured["status"] == "firing"
    return firing.groupby(measured["alert"]).mean()


def test_a_service_on_budget_alerts_as_seldom_as_the_tail_says() -> None:
    firing = share_firing(0.02, seed=2)
    for alert, long_days, tail in (("1d", 1, 0.001), ("3d", 3, 0.01), ("7d", 7, 0.01)):
        # windows that share days are one observation: 2,000 / long_days of them
        error = np.sqrt(tail * (1 - tail) * long_days / 2000)
        assert firing[alert] <= tail + 3 * error


def test_a_service_at_four_times_its_budget_is_a_ticket_and_seldom_a_page() -> None:
    firing = share_firing(0.08, seed=3)
    assert firing.drop("1d").min() > 0.95
    # until it has a past of its own
    assert firing["1d"] <= 4 / 2000


def page_of(failures: np.ndarray, outcomes: np.ndarray) -> pd.DataFrame:
    """Return the page on failures, day by day."""
    _, alerts = alerts_of(days_of(failures, outcomes))
    page = alerts[(alerts["budget"] == "failures") & (alerts["alert"] == "1d")]
    return page.sort_values("interaction_date").reset_index(drop=True)


def test_an_outage_on_top_of_a_chronic_miss_pages_on_its_first_day() -> None:
    outcomes = np.full(120, 200)
    failures = np.random.default_rng(6).binomial(outcomes, 0.05)
    failures[-1] = 200
    page = page_of(failures, outcomes)
    assert page["status"].iloc[-1] == "firing"
    assert page["reason"].iloc[-1] == "above_own_past"
    assert page["own_past_rate"].iloc[-1] == pytest.approx(0.05, rel=0.2)
    assert "firing" not in set(page["status"].iloc[7:-1])


@pytest.mark.parametrize("days_before", [10, 40])
def test_an_incident_does_not_silence_its_own_page(days_before: int) -> None:
    outcomes = np.full(days_before + 50, 200)
    rate = np.where(np.arange(len(outcomes)) < days_before, 0.01, 0.5)
    failures = np.random.default_rng(7).binomial(outcomes, rate)
    page = page_of(failures, outcomes)
    assert set(page["status"].iloc[days_before:]) == {"firing"}


def test_an_incident_is_normal_once_it_fills_most_of_three_periods() -> None:
    outcomes = np.full(170, 200)
    rate = np.where(np.arange(len(outcomes)) < 30, 0.01, 0.5)
    failures = np.random.default_rng(8).binomial(outcomes, rate)
    page = page_of(failures, outcomes)
    assert set(page["status"].iloc[30 : 30 + 63]) == {"firing"}
    assert page["status"].iloc[-1] == "ok"


def test_little_traffic_pages_on_evidence() -> None:
    outcomes = np.full(40, 40)
    failures = np.zeros(40, dtype=int)
    for count, status in ((20, "firing"), (6, "firing"), (3, "insufficient_traffic")):
        failures[-1] = count
        last = page_of(failures, outcomes).iloc[-1]
        assert last["status"] == status
        exact = stats.binom.sf(count - 1, 40, 0.02)
        assert last["tail_probability"] == pytest.approx(exact, rel=0.2)


@pytest.mark.parametrize(("sessions", "severity"), [(1, "ticket"), (4, "page")])
def test_one_session_wakes_nobody(sessions: int, severity: str) -> None:
    """Let 20 calls of the last day fail, of one session or of some."""
    calls = clustered_calls(days=30, sessions=4, seed=9).assign(is_failure=False)
    last = calls.index[calls["interaction_date"] == calls["interaction_date"].max()]
    failed = last[:20]
    calls.loc[failed, "is_failure"] = True
    calls.loc[failed, "session_id"] = (np.arange(20) % sessions).astype(str)
    _, alerts = alerts_of(health_of(calls), calls)
    today = alerts[alerts["interaction_date"] == alerts["interaction_date"].max()]
    page = today[(today["budget"] == "failures") & (today["alert"] == "1d")].iloc[0]
    assert (page["status"], page["severity"]) == ("firing", severity)
    assert (page["reason"] == "one_session") == (severity == "ticket")


def test_days_that_differ_are_not_paged_as_if_they_were_alike() -> None:
    """Let a service exceed three times its usual odds on a day in six."""
    outcomes = np.full(400, 400)
    generator = np.random.default_rng(10)
    rate = np.where(generator.random(400) < 1 / 6, 0.13, 0.03)
    settled = page_of(generator.binomial(outcomes, rate), outcomes).iloc[90:]
    assert (settled["long_burn_rate"] > 5).mean() > 0.1
    assert (settled["status"] == "firing").mean() < 0.02
    assert settled["design_effect"].median() > 5


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
    failed = generator.random(len(position)) < risk[position]
    return calls_of(position // sessions, position, failed)


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
        shares.append((week["status"] == "firing").mean())
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


def test_only_whole_periods_propose_an_objective() -> None:
    # five times the budget, every day
    health = days_of(np.full(90, 20), np.full(90, 200))
    _, alerts = alerts_of(health)
    tickets = alerts[(alerts["budget"] == "failures") & (alerts["alert"] == "28d")]
    tickets = tickets.sort_values("interaction_date", ignore_index=True)
    is_proposed = tickets["proposed_budget_rate"].notna()
    # three periods of 28 days; weeks do not stand in for them
    assert is_proposed.tolist() == [False] * 83 + [True] * 7
    assert (tickets["reason"] == "slo_infeasible").tolist() == is_proposed.tolist()
    assert tickets.loc[is_proposed, "proposed_budget_rate"].eq(0.1).all()

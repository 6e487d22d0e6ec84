"""The dollars of risk_slices against scipy, numpy and a bootstrap of sessions."""

import numpy as np
import pandas as pd
import pytest
from built_hotspots import SLA_MS, build_hotspots
from scipy import stats

from llm_telemetry.simulate import simulate

PRICES = {"failure": 40.0, "sla": 5.0}
SLICES = (
    *("account_tier=free", "region=EMEA", "model_name=gpt-4.1"),
    "use_case=coding_assistant|account_tier=free",
    "region=EMEA|segment=individual",
)
DRAWS = 1_000
# of each term: its events and the calls in which they are known
TERMS = {
    "failure": ("is_failure", "is_known"),
    "sla": ("is_slow", "is_timed"),
    "cost": ("cost", "is_priced"),
}


@pytest.fixture(scope="module")
def calls() -> pd.DataFrame:
    """Return calls of a world with hotspots, in which some costs are unknown."""
    rows = simulate("real", interactions=5_000, seed=3).interactions
    rows = rows.dropna(subset=["is_failure"]).reset_index(drop=True)
    rows.loc[rows.index % 11 == 0, "cost_usd"] = np.nan
    return rows.assign(
        is_known=1.0,
        is_timed=rows["latency_ms"].notna().astype(float),
        is_priced=rows["cost_usd"].notna().astype(float),
        is_slow=(rows["latency_ms"] > SLA_MS).astype(float),
        cost=rows["cost_usd"].fillna(0.0),
    ).astype({"is_failure": float})


@pytest.fixture(scope="module")
def slices(calls: pd.DataFrame) -> pd.DataFrame:
    marts = build_hotspots(calls.astype({"is_failure": bool}))
    return marts.table("risk_slices").df().set_index("slice")


def inside(calls: pd.DataFrame, name: str) -> np.ndarray:
    """Return which calls are in a slice."""
    pairs = (part.split("=") for part in name.split("|"))
    return np.logical_and.reduce([calls[key] == value for key, value in pairs])


def sums(calls: pd.DataFrame) -> np.ndarray:
    """Return the sums of every term's two columns by session."""
    columns = [column for term in TERMS.values() for column in term]
    return calls.groupby("session_id")[columns].sum().to_numpy()


def net(within: np.ndarray, without: np.ndarray, size: float) -> np.ndarray:
    """Return the net excess of `size` calls, from sums in and outside the slice."""
    losses = 0.0
    for place, price in enumerate((*PRICES.values(), 1.0)):
        events, trials = 2 * place, 2 * place + 1
        rate = within[..., events] / within[..., trials]
        elsewhere = without[..., events] / without[..., trials]
        known = within[..., trials] / within[..., 1]
        losses = losses + price * (rate - elsewhere) * known * size
    return losses


@pytest.mark.parametrize("name", SLICES)
def test_net_and_its_interval_are_those_of_resampled_sessions(
    name: str, calls: pd.DataFrame, slices: pd.DataFrame
) -> None:
    mask = inside(calls, name)
    sessions = pd.Index(calls["session_id"].unique())
    parts = []
    for rows in (calls[mask], calls[~mask]):
        by_session = pd.DataFrame(sums(rows), sorted(rows["session_id"].unique()))
        parts.append(by_session.reindex(sessions, fill_value=0.0).to_numpy())
    within, without = parts
    found = slices.loc[name]
    size = float(mask.sum())
    exact = net(within.sum(axis=0), without.sum(axis=0), size)
    assert found["excess_usd"] == pytest.approx(exact, rel=1e-9)
    generator = np.random.default_rng(1)
    even = np.full(len(sessions), 1 / len(sessions))
    weights = generator.multinomial(len(sessions), even, DRAWS)
    resampled = net(weights @ within, weights @ without, size)
    se = (found["excess_usd_high"] - found["excess_usd_low"]) / 2
    se /= stats.t.ppf(0.975, found["session_groups"] - 1)
    assert found["excess_usd_high"] - exact == pytest.approx(
        exact - found["excess_usd_low"]
    )
    # 128 groups and as many draws as here leave an error of 7 %
    assert se / resampled.std() == pytest.approx(1, abs=0.2)


def test_the_parts_add_up_and_are_the_excess_at_its_price(slices: pd.DataFrame) -> None:
    known = slices.dropna(subset=["excess_usd", "excess_sla_usd", "excess_cost_usd"])
    parts = known[["excess_failure_usd", "excess_sla_usd", "excess_cost_usd"]]
    np.testing.assert_allclose(parts.sum(axis=1), known["excess_usd"], atol=1e-6)
    for metric, events in (("failure", "failures"), ("sla", "sla_breaches")):
        dollars = PRICES[metric] * known[f"excess_{events}"]
        np.testing.assert_allclose(known[f"excess_{metric}_usd"], dollars, atol=1e-9)
        low, high = (known[f"excess_{metric}_usd_{end}"] for end in ("low", "high"))
        assert (low <= dollars).all()
        assert (dollars <= high).all()


def independent_calls() -> pd.DataFrame:
    """Return calls, a session each: 30 of 90 fail here, 40 of 310 there."""
    frame = pd.DataFrame(
        {
            "channel": ["api"] * 90 + ["web"] * 310,
            "is_failure": [True] * 30 + [False] * 60 + [True] * 40 + [False] * 270,
        }
    )
    names = [f"i{number:03}" for number in frame.index]
    return frame.assign(interaction_id=names, session_id=names)


def test_the_interval_of_an_excess_is_newcombes() -> None:
    marts = build_hotspots(independent_calls(), session_groups=400)
    found = marts.table("risk_slices").df().set_index("slice").loc["channel=api"]
    # Kish's n - 1 leaves it at 1 or below
    assert found["failure_design_effect"] == pytest.approx(1, rel=0.02)
    here = stats.binomtest(30, 90).proportion_ci(method="wilson")
    there = stats.binomtest(40, 310).proportion_ci(method="wilson")
    rate, elsewhere = 30 / 90, 40 / 310
    assert found["complement_failure_rate"] == pytest.approx(elsewhere)
    ends = found[["complement_failure_rate_low", "complement_failure_rate_high"]]
    np.testing.assert_allclose(ends.to_numpy(float), there, rtol=1e-2)
    below = np.hypot(rate - here.low, there.high - elsewhere)
    above = np.hypot(here.high - rate, elsewhere - there.low)
    excess = 90 * (rate - elsewhere)
    low, high = found[["excess_failure_usd_low", "excess_failure_usd_high"]]
    assert low == pytest.approx(40 * (excess - 90 * below), rel=2e-2)
    assert high == pytest.approx(40 * (excess + 90 * above), rel=2e-2)


def test_without_prices_cash_is_all_there_is() -> None:
    calls = independent_calls().assign(cost_usd=0.5)
    calls.loc[calls["channel"] == "api", "cost_usd"] = 0.75
    free = {"failure_event_cost_usd": 0.0, "sla_breach_penalty_usd": 0.0}
    marts = build_hotspots(calls, **free).table("risk_slices").df()
    found = marts.set_index("slice").loc["channel=api"]
    assert found["failure_verdict"] == "hotspot"
    assert found["flagged_usd"] == found["excess_failure_usd"] == 0
    # no latency is known, and every call of a channel costs the same
    assert np.isnan(found["excess_sla_usd"])
    assert found["excess_usd"] == pytest.approx(22.5)
    assert found["excess_usd_low"] <= 22.5 <= found["excess_usd_high"]


def test_one_session_gives_no_interval_and_everything_no_excess() -> None:
    calls = independent_calls()
    calls.loc[calls["channel"] == "api", "session_id"] = "one"
    found = build_hotspots(calls).table("risk_slices").df().set_index("slice")
    ends = ["excess_usd_low", "excess_usd_high"]
    assert found.loc["channel=api", "excess_usd"] > 0
    assert found.loc["channel=api", ends].isna().all()
    whole = found.loc["region=unknown"]
    assert whole[[*ends, "excess_usd", "complement_failure_rate_low"]].isna().all()


def test_hotspots_are_ranked_by_the_dollars_of_the_metrics_flagged(
    slices: pd.DataFrame,
) -> None:
    hotspots = slices[slices["verdict"] == "hotspot"].sort_values("risk_rank")
    flagged = sum(
        hotspots[f"excess_{metric}_usd"].where(
            hotspots[f"{metric}_verdict"] == "hotspot", 0.0
        )
        for metric in PRICES
    )
    assert hotspots["flagged_usd"].tolist() == flagged.tolist()
    assert hotspots["flagged_usd"].is_monotonic_decreasing
    # by the net it would be another order
    assert not hotspots["excess_usd"].is_monotonic_decreasing
    assert slices.loc[slices["verdict"] != "hotspot", "flagged_usd"].isna().all()
    assert hotspots["risk_rank"].max() == len(hotspots)

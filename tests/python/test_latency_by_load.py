"""Latency by the number of calls in flight, against counting them one by one."""

import duckdb
import numpy as np
import pandas as pd
import pytest
from rendered_models import build
from scipy import stats

BANDS = {0: "0", 1: "1", 2: "2-3", 3: "2-3", **dict.fromkeys(range(4, 8), "4-7")}
BANDS |= dict.fromkeys(range(8, 16), "8-15") | dict.fromkeys(range(16, 500), "16+")


def drawn(rng: np.random.Generator, rows: int, seconds: float) -> pd.DataFrame:
    """Return calls of two providers, on whole seconds so that many start at once."""
    start = np.floor(rng.uniform(0, seconds, rows))
    return pd.DataFrame(
        {
            "model_provider": rng.choice(["p", "q"], rows),
            "timestamp_utc": pd.Timestamp("2025-01-01")
            + pd.to_timedelta(start, unit="s"),
            # whole seconds too: many end when others start
            "latency_ms": rng.integers(0, 5, rows) * 1000,
            "cache_hit": False,
            "is_failure": rng.random(rows) < 0.1,
            "response_quality_score": rng.uniform(0, 1, rows),
        }
    )


def by_load(calls: pd.DataFrame, **knobs: float) -> pd.DataFrame:
    """Build the mart on calls."""
    with duckdb.connect() as connection:
        connection.register("interactions", calls)
        build(connection, "latency_by_load", **knobs)
        return connection.table("latency_by_load").df()


def in_flight(calls: pd.DataFrame) -> pd.Series:
    """Count the others of its provider that are not over when a call starts."""
    start = calls["timestamp_utc"].to_numpy()
    end = start + (calls["latency_ms"] * 1000).clip(lower=1).to_numpy().astype(
        "timedelta64[us]"
    )
    provider = calls["model_provider"].to_numpy()
    alive = (start[None, :] <= start[:, None]) & (end[None, :] > start[:, None])
    same = provider[None, :] == provider[:, None]
    return pd.Series((alive & same).sum(axis=1) - 1, calls.index)


@pytest.mark.parametrize("seconds", [20.0, 300.0, 5_000.0])
def test_the_calls_in_flight_are_those_that_have_started_and_not_ended(
    seconds: float,
) -> None:
    calls = drawn(np.random.default_rng(1), 600, seconds)
    calls["load_band"] = in_flight(calls).map(BANDS)
    grouped = calls.groupby(["model_provider", "load_band"])
    expected = grouped.agg(
        interactions=("is_failure", "size"),
        failures=("is_failure", "sum"),
        quality_score=("response_quality_score", "mean"),
    )
    found = by_load(calls).set_index(["model_provider", "load_band"])[expected.columns]
    pd.testing.assert_frame_equal(
        found.sort_index(), expected.sort_index(), check_dtype=False
    )


def slowing(rng: np.random.Generator, rows: int, factor: float) -> pd.DataFrame:
    """Return calls whose latency grows by a factor while others are in flight."""
    start = np.sort(rng.uniform(0, rows * 1.5, rows))
    latency = rng.lognormal(6.9, 0.4, rows)
    busy_until = 0.0
    for row in range(rows):
        latency[row] *= factor if start[row] < busy_until else 1.0
        busy_until = max(busy_until, start[row] + latency[row] / 1000)
    return drawn(rng, rows, 1.0).assign(
        model_provider="p",
        timestamp_utc=pd.Timestamp("2025-01-01") + pd.to_timedelta(start, unit="s"),
        latency_ms=latency,
    )


def test_a_slowdown_under_load_is_seen_and_a_steady_provider_is_not() -> None:
    rng = np.random.default_rng(2)
    slow, steady = (
        by_load(slowing(rng, 4_000, factor)).set_index("load_band")
        for factor in (1.5, 1.0)
    )
    assert slow.loc["1", "slow_rate_low"] > 0.10
    assert slow.loc["0", "slow_rate"] <= 0.05
    assert slow.loc["1", "p50_latency_ms_low"] > slow.loc["0", "p50_latency_ms_high"]
    assert steady.loc["1", "slow_rate_low"] < 0.05
    overlap = (
        steady.loc["1", "p95_latency_ms_low"] <= steady.loc["0", "p95_latency_ms_high"]
    )
    assert overlap
    quality = slow["quality_score_low"] <= 0.5, slow["quality_score_high"] >= 0.5
    assert all(covers.loc[["0", "1"]].all() for covers in quality)


def test_the_idle_band_is_the_least_load_with_enough_calls() -> None:
    calls = drawn(np.random.default_rng(3), 600, 20.0)
    by_knob = {
        events: by_load(calls, watch_min_history_events=events) for events in (0, 1e6)
    }
    assert (
        by_knob[0].groupby("model_provider")["idle_calls_in_flight"].nunique() == 1
    ).all()
    first = by_knob[0].groupby("model_provider")["min_calls_in_flight"].min()
    idle = by_knob[0].groupby("model_provider")["idle_calls_in_flight"].first()
    assert idle.to_dict() == first.to_dict()
    nothing = by_knob[1e6]
    assert (
        nothing[["idle_p95_latency_ms", "slow_calls", "slow_rate_low"]]
        .isna()
        .all(axis=None)
    )


def test_intervals_of_quantiles_cover_as_often_as_they_say() -> None:
    """Each provider is a sample of its own; all its calls are alone."""
    rng = np.random.default_rng(4)
    samples, rows = 400, 120
    start = np.tile(np.arange(rows) * 3600.0, samples)
    calls = drawn(rng, samples * rows, 1.0).assign(
        model_provider=np.repeat([f"p{n}" for n in range(samples)], rows),
        timestamp_utc=pd.Timestamp("2025-01-01") + pd.to_timedelta(start, unit="s"),
        latency_ms=rng.lognormal(7.0, 0.6, samples * rows),
    )
    found = by_load(calls)
    for name, share in (("p50", 0.5), ("p95", 0.95)):
        truth = stats.lognorm.ppf(share, 0.6, scale=np.exp(7.0))
        # an end is the middle of a bucket that is 2 % wide
        low, high = (
            found[f"{name}_latency_ms_low"] / 1.01,
            found[f"{name}_latency_ms_high"] * 1.01,
        )
        covered = ((low <= truth) & (truth <= high)).sum()
        assert covered >= stats.binom.ppf(1e-4, samples, 0.95), name


def test_few_calls_have_no_interval_of_a_quantile() -> None:
    calls = drawn(np.random.default_rng(5), 1, 1.0).assign(
        latency_ms=500, is_failure=pd.array([None], "boolean")
    )
    (row,) = by_load(calls).to_dict("records")
    assert row["p50_latency_ms"] == pytest.approx(500, rel=0.01)
    ends = [
        row[f"{name}_latency_ms_{end}"]
        for name in ("p50", "p95")
        for end in ("low", "high")
    ]
    assert all(pd.isna(end) for end in ends)
    unknown = (
        "quality_score_low",
        "failure_rate",
        "failure_rate_low",
        "slow_rate_high",
    )
    assert all(pd.isna(row[name]) for name in unknown)

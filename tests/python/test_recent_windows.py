"""The trends of recent windows: what is rising, and what nobody can tell."""

from typing import Any

import duckdb
import numpy as np
import pandas as pd
from rendered_models import build
from scipy import stats

MODELS = ("int_recent_trends", "recent_windows")
METRICS = (
    *("interactions", "failure_rate", "p50_latency_ms", "p95_latency_ms"),
    *("p99_latency_ms", "tokens_per_call", "cost_usd_per_call", "quality_score"),
)
NOON = pd.Timestamp("2025-03-15 12:00")
WEEK = 7 * 24 * 60
USUAL = {
    "model_provider": "p",
    "model_name": "m",
    "is_failure": False,
    "latency_ms": 1000.0,
    "cache_hit": False,
    "tokens_missing": False,
    "total_tokens": 100,
    "cost_usd": 0.01,
    "response_quality_score": 0.8,
}


def built(calls: pd.DataFrame, **knobs: float) -> dict[str, pd.DataFrame]:
    """Build both models on calls."""
    with duckdb.connect() as connection:
        connection.register("interactions", calls)
        build(connection, *MODELS, **knobs)
        return {name: connection.table(name).df() for name in MODELS}


def calls_at(*rows: dict[str, Any]) -> pd.DataFrame:
    """Return calls; `before` is how many minutes before noon each started."""
    frame = pd.DataFrame(
        [USUAL | {"session_id": f"s{n}"} | r for n, r in enumerate(rows)]
    )
    started = NOON - pd.to_timedelta(frame.pop("before"), unit="min")
    return frame.assign(timestamp_utc=started)


def traffic(
    rng: np.random.Generator, models: int, sessions: int, **later: float
) -> pd.DataFrame:
    """Return two weeks of sessions of each model, whose calls are alike.

    ``later`` are factors of the last week: failures, latency, tokens, volume. One
    more model has the first call and the last.
    """
    weeks = [sessions, round(sessions * later.get("volume", 1.0))]
    is_later = np.tile(np.repeat([False, True], weeks), models)
    calls = rng.geometric(0.4, len(is_later))
    session = np.repeat(np.arange(len(is_later)), calls)
    later_calls = is_later[session]
    minutes = rng.uniform(0, WEEK, len(is_later)) + np.where(is_later, 0, WEEK)
    luck = rng.lognormal(0.0, 0.5, len(is_later))[session]

    def changed(name: str) -> np.ndarray:
        return np.where(later_calls, later.get(name, 1.0), 1.0)

    failing = np.minimum(0.05 * luck * changed("failures"), 1.0)
    names = np.repeat([f"m{n}" for n in range(models)], sum(weeks))[session]
    tokens = rng.gamma(2.0, 200.0, len(session)) * luck * changed("tokens")
    drawn = pd.DataFrame(USUAL, index=range(len(session))).assign(
        session_id=session.astype(str),
        model_name=names,
        timestamp_utc=NOON - pd.to_timedelta(minutes[session], unit="min"),
        is_failure=rng.random(len(session)) < failing,
        latency_ms=rng.lognormal(7.0, 0.5, len(session)) * luck * changed("latency"),
        total_tokens=tokens.astype(int),
        cost_usd=tokens * 1e-5,
        response_quality_score=np.clip(rng.normal(0.7, 0.1, len(session)), 0, 1),
    )
    ends = calls_at({"before": 0}, {"before": 2 * WEEK}).assign(model_name="ends")
    return pd.concat([drawn, ends], ignore_index=True)


def of_models(calls: pd.DataFrame, **knobs: float) -> pd.DataFrame:
    """Return the rows of the week of each model."""
    rows = built(calls, **knobs)["recent_windows"]
    is_drawn = ~rows["model_name"].isin(["all", "ends"])
    return rows[(rows["window_minutes"] == WEEK) & is_drawn]


def share_of(rows: pd.DataFrame, metric: str, *trends: str) -> float:
    return float(rows[f"{metric}_trend"].isin(trends).mean())


def test_a_window_ends_at_the_newest_call_and_starts_after_its_length() -> None:
    calls = calls_at(
        {"before": 0, "is_failure": True, "latency_ms": 100.0, "total_tokens": 10},
        {"before": 14.9, "latency_ms": 300.0, "tokens_missing": True},
        # a cached answer says nothing of the model's latency
        {"before": 15, "is_failure": None, "latency_ms": 9.0, "cache_hit": True},
        {"before": 30, "latency_ms": 500.0},
        {"before": 61, "model_name": None, "model_provider": None},
        {"before": 2 * WEEK - 1},
        {"before": 2 * WEEK},
    )
    rows = built(calls)["recent_windows"]
    everything = rows[rows["model_name"] == "all"].set_index("window_minutes")
    assert everything["interactions"].to_dict() == {15: 2, 60: 4, 1440: 5, WEEK: 5}
    assert everything["previous_interactions"].to_dict() == {
        15: 1,
        60: 1,
        1440: 0,
        WEEK: 1,
    }
    quarter = everything.loc[15]
    assert (quarter["failure_rate"], quarter["success_rate"]) == (0.5, 0.5)
    assert quarter["p50_latency_ms"] == 200.0
    assert quarter["tokens_per_call"] == 10.0
    assert pd.isna(quarter["previous_failure_rate"])
    assert pd.isna(quarter["previous_p95_latency_ms"])
    assert quarter["starts_at"] == NOON - pd.Timedelta(minutes=15)
    unknown = rows[rows["model_name"] == "unknown"].set_index("window_minutes")
    assert unknown["interactions"].to_dict() == {15: 0, 60: 0, 1440: 1, WEEK: 1}
    assert set(rows["interactions_trend"]) == {"cannot_tell"}


def test_no_change_is_seen_seldom_although_calls_of_a_session_are_alike() -> None:
    rows = of_models(traffic(np.random.default_rng(1), 150, 150))
    for metric in METRICS:
        found = int(share_of(rows, metric, "rising", "falling") * len(rows))
        # at the stated rate of 1 %, this many are seen in one run of 10,000
        assert found <= stats.binom.ppf(1 - 1e-4, len(rows), 0.01), metric


def test_a_change_is_seen_in_what_changed_and_in_nothing_else() -> None:
    rng = np.random.default_rng(2)
    rows = of_models(traffic(rng, 20, 400, failures=3.0, latency=1.5))
    for metric in ("failure_rate", "p50_latency_ms", "p95_latency_ms"):
        assert share_of(rows, metric, "rising") >= 0.95, metric
    assert share_of(rows, "success_rate", "falling") >= 0.95
    for metric in ("interactions", "tokens_per_call", "cost_usd_per_call"):
        assert share_of(rows, metric, "rising", "falling") <= 0.1, metric


def test_fewer_sessions_are_a_falling_volume_and_no_other_change() -> None:
    rows = of_models(traffic(np.random.default_rng(3), 20, 400, volume=0.6))
    assert share_of(rows, "interactions", "falling") >= 0.95
    assert share_of(rows, "tokens_per_call", "rising", "falling") <= 0.1


def test_much_traffic_without_a_change_is_level_and_little_cannot_tell() -> None:
    rng = np.random.default_rng(4)
    many = of_models(traffic(rng, 3, 8_000))
    few = of_models(traffic(rng, 3, 29, failures=9.0))
    for metric in METRICS:
        if metric != "p99_latency_ms":
            assert share_of(many, metric, "level") == 1.0, metric
        assert share_of(few, metric, "cannot_tell") == 1.0, metric


def test_a_model_that_falls_silent_has_falling_interactions() -> None:
    calls = traffic(np.random.default_rng(5), 2, 200)
    is_silent = (calls["model_name"] == "m0") & (
        calls["timestamp_utc"] > NOON - pd.Timedelta(minutes=WEEK)
    )
    rows = of_models(calls[~is_silent]).set_index("model_name")
    assert rows.loc["m0", "interactions"] == 0
    assert rows.loc["m0", "interactions_trend"] == "falling"
    assert rows.loc["m0", "failure_rate_trend"] == "cannot_tell"
    assert pd.isna(rows.loc["m0", "p95_latency_ms"])


def test_the_order_of_the_rows_changes_nothing() -> None:
    calls = traffic(np.random.default_rng(6), 3, 60)
    found = [built(frame) for frame in (calls, calls.sample(frac=1, random_state=1))]
    for name in MODELS:
        one, other = (
            frames[name].sort_values(
                [
                    c
                    for c in ("window_minutes", "model_name", "metric")
                    if c in frames[name]
                ],
                ignore_index=True,
            )
            for frames in found
        )
        pd.testing.assert_frame_equal(one, other)

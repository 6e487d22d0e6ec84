"""Live: a window has the calls up to the newest one, and no other."""

import numpy as np
import pandas as pd
import pytest
from conftest import World, page, texts
from test_explore import drawn, rows

from llm_telemetry.artifact.wording import number, percent
from llm_telemetry.dashboard.pages.live import WINDOWS

LEVELS = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


@pytest.mark.parametrize("minutes", WINDOWS)
def test_figures_are_those_of_the_calls(minutes: int, real: World) -> None:
    within = f"timestamp_utc > ends_at - to_minutes({minutes})"
    ((calls, success, usd, latencies),) = rows(
        real,
        "with ends as (select max(timestamp_utc) as ends_at from marts.interactions) "
        "select count(*), 1 - avg(is_failure::int), avg(cost_usd), list(latency_ms) "
        f"from marts.interactions cross join ends where {within}",
    )
    test = page("live", real, window=f"last {WINDOWS[minutes]}")
    found = {one.label: one.value for one in test.metric}
    assert found["Calls"] == f"{calls:,}"
    assert found["Success rate"] == percent(success)
    assert found["Cost per call"] == f"{number(usd)} USD"
    for name, level in LEVELS.items():
        shown = found[f"{name} latency"]
        if known := [one for one in latencies if one is not None]:
            value = float(shown.removesuffix(" ms").replace(",", ""))
            assert value == pytest.approx(np.quantile(known, level), rel=0.02)
        else:
            assert shown == "unknown"


@pytest.mark.parametrize("minutes", WINDOWS)
def test_models_are_drawn_as_the_mart_has_them(minutes: int, real: World) -> None:
    mart = rows(
        real,
        "select model_provider || ' / ' || model_name, p50_latency_ms, p95_latency_ms, "
        "p99_latency_ms, interactions from marts.recent_windows "
        f"where window_minutes = {minutes} and model_name != 'all'",
    )
    test = page("live", real, window=f"last {WINDOWS[minutes]}")
    points: dict[tuple[str, str], set[float]] = {}
    for row in drawn(test, "Ticks are the same percentiles"):
        if "ms" in row:
            points.setdefault((row["member"], row["percentile"]), set()).add(row["ms"])
    (table,) = (one.value for one in test.dataframe)
    assert len(table) == len(mart) > 5
    shown = table.set_index(table["provider"] + " / " + table["model"])
    for name, *quantiles, calls in mart:
        assert shown.loc[name, "calls"] == calls
        for level, value in zip(LEVELS, quantiles, strict=True):
            if value is None:
                assert pd.isna(shown.loc[name, f"{level}, ms"])
            else:
                assert value in points[name, level]
                assert shown.loc[name, f"{level}, ms"] == value


def test_a_window_ends_with_the_newest_call(real: World) -> None:
    ((newest,),) = rows(real, "select max(timestamp_utc) from marts.interactions")
    assert f"to {newest:%Y-%m-%d %H:%M} UTC" in texts(page("live", real))


@pytest.mark.parametrize("minutes", WINDOWS)
def test_trends_are_told_by_what_they_are(minutes: int, real: World) -> None:
    ((calls, p95, cost),) = rows(
        real,
        "select interactions_trend, p95_latency_ms_trend, cost_usd_per_call_trend "
        "from marts.recent_windows where model_name = 'all' and model_provider = 'all' "
        f"and window_minutes = {minutes}",
    )
    said = texts(page("live", real, window=f"last {WINDOWS[minutes]}"))
    (line,) = (one for one in said.splitlines() if "Against the window before" in one)
    told = {
        label: trend
        for part in line.split("before, ")[1].rstrip(".").split("; ")
        for trend, labels in [part.split(": ")]
        for label in labels.split(", ")
    }
    untold = {"cannot_tell": "too few calls to tell"}
    for label, trend in (
        ("calls", calls),
        ("p95 latency", p95),
        ("cost per call", cost),
    ):
        assert told[label] == untold.get(trend, trend)

"""What happened just now: sliding windows that end with the newest call."""

import streamlit as st

from llm_telemetry.charts import live
from llm_telemetry.dashboard import filters, marts, show

TITLE = "How is it going right now?"
UNTOLD = "too few calls to tell"
SECONDS = 10
WINDOWS = {15: "15 minutes", 60: "hour", 1440: "day", 10080: "week"}
COLUMNS = ("model_provider", "model_name")
FIGURES = {
    "Calls": ("interactions", "count"),
    "Success rate": ("success_rate", "rate"),
    "p50 latency": ("p50_latency_ms", "ms"),
    "p95 latency": ("p95_latency_ms", "ms"),
    "p99 latency": ("p99_latency_ms", "ms"),
    "Cost per call": ("cost_usd_per_call", "usd"),
}
TABLE = {
    "model_provider": "provider",
    "model_name": "model",
    "interactions": "calls",
    "interactions_trend": "trend of calls",
    "success_rate": "success rate",
    "success_rate_trend": "trend of success",
    "p50_latency_ms": "p50, ms",
    "p95_latency_ms": "p95, ms",
    "p99_latency_ms": "p99, ms",
    "p95_latency_ms_trend": "trend of p95",
    "tokens_per_call": "tokens per call",
    "cost_usd_per_call": "USD per call",
    "cost_usd_per_call_trend": "trend of cost",
    "quality_score": "quality score",
}


def draw() -> None:
    """Draw one window, again every few seconds while that is wanted."""
    chosen = st.segmented_control(
        "Window",
        list(WINDOWS),
        default=1440,
        format_func=lambda minutes: f"last {WINDOWS[minutes]}",
        key="window",
        bind="query-params",
    )
    is_live = st.toggle(f"Look for a newer build every {SECONDS} seconds", value=True)
    every = SECONDS if is_live else None
    st.fragment(_draw_window, run_every=every)(chosen or 1440)


def _draw_window(minutes: int) -> None:
    with show.problems(), marts.one_build():
        found = filters.chosen()
        where, parameters = found.where(COLUMNS)
        show.ignored(found.ignored(COLUMNS))
        everything = marts.rows(
            "select * from marts.recent_windows where model_name = 'all' "
            "and model_provider = 'all' and window_minutes = $minutes",
            minutes=minutes,
        )
        models = marts.rows(
            "select * from marts.recent_windows where model_name <> 'all' "
            f"and window_minutes = $minutes and {where} "
            "order by interactions desc, model_provider, model_name",
            minutes=minutes,
            **parameters,
        )
        if not everything:
            show.empty("No call with a time yet", "llm-telemetry run")
            return
        _draw_everything(everything[0])
        show.chart(live.latencies(models, WINDOWS[minutes]))
        show.table(models, f"recent_windows_{minutes}", TABLE)


def _draw_everything(row: marts.Row) -> None:
    """Draw the figures of all models, each with that of the window before."""
    st.caption(
        f"All models, from {show.moment(row['starts_at'])} to "
        f"{show.moment(row['ends_at'])} UTC, when the newest call started"
    )
    before = {name: row[f"previous_{name}"] for name, _ in FIGURES.values()}
    show.figures(FIGURES, row, before)
    trends: dict[str, list[str]] = {}
    for label, (name, _) in FIGURES.items():
        trends.setdefault(row[f"{name}_trend"], []).append(label.lower())
    told = [
        f"{UNTOLD if trend == 'cannot_tell' else trend}: {', '.join(labels)}"
        for trend, labels in trends.items()
    ]
    st.caption(f"Against the window before, {'; '.join(told)}.")

"""Charts of what happened just now: windows before the newest call."""

from llm_telemetry.charts import theme
from llm_telemetry.charts.members import MEMBER, with_lines_below
from llm_telemetry.charts.spec import (
    CROSS,
    PLAIN,
    Chart,
    Row,
    Rows,
    Spec,
    axis,
    counted,
    layer,
    names_axis,
    not_drawn,
    nothing,
    top,
)

PERCENTILES = {
    "p50_latency_ms": ("p50", theme.BLUE),
    "p95_latency_ms": ("p95", theme.PURPLE),
    "p99_latency_ms": ("p99", theme.RED),
}
TREND = "p95_latency_ms_trend"
TRENDS = {
    "rising": "p95 rising",
    "falling": "p95 falling",
    "level": "p95 level",
    "cannot_tell": "p95: cannot tell, too few calls",
}
SILENT = "no latency was measured"
STEP, WIDTH = 26, 360


def latencies(rows: Rows, window: str) -> Chart:
    """Return three percentiles of latency for each model, and those before as ticks.

    ``rows`` are those of recent_windows of one window, whose length is said by
    ``window``.
    """
    title = f"Latency of the last {window}, by model"
    if not rows:
        return nothing(title, "No model had a call in this window or the one before.")
    leading, others = top(rows, "interactions")
    shown = [
        {**row, MEMBER: f"{row['model_provider']} / {row['model_name']}"}
        for row in leading
    ]
    known = [row for row in shown if row["p50_latency_ms"] is not None]
    silent = [row for row in shown if row["p50_latency_ms"] is None]
    y = names_axis(MEMBER, [row[MEMBER] for row in shown], offset=6)
    layers = [
        *(_percentiles(known, y) if known else []),
        *(_silent(silent, y) if silent else []),
    ]
    alt = (
        "; ".join(_said(row) for row in shown)
        + ". Ticks are the same percentiles in the window before."
    )
    if others:
        alt += f" {counted(others, 'other model')} with fewer calls not drawn."
    body = {"width": WIDTH, "height": {"step": STEP}, "layer": layers}
    return Chart(title, alt, with_lines_below(body, [not_drawn(others)]))


def _percentiles(rows: Rows, y: Spec) -> list[Spec]:
    now = [(row, name, row[name]) for row in rows for name in PERCENTILES]
    before = [
        (row, name, row[f"previous_{name}"]) for row in rows for name in PERCENTILES
    ]
    x = axis("ms", "latency, ms", scale={"zero": True, "nice": True})
    x["axis"] = {"tickCount": 6, "format": PLAIN}
    words, colours = zip(*PERCENTILES.values(), strict=True)
    color = axis(
        "percentile",
        "",
        "nominal",
        scale={"domain": list(words), "range": list(colours)},
        legend={"title": None},
    )
    columns = (MEMBER, "percentile", "ms")
    at = {"x": x, "y": y, "color": color}
    tick = {"type": "tick", "thickness": 2, "size": 14, "opacity": 0.6}
    point = {"type": "point", "filled": True, "size": 60, "tooltip": True}
    ends = ("p50_latency_ms", "p99_latency_ms")
    span = {
        "x": {**x, "field": ends[0]},
        "x2": {"field": ends[1]},
        "y": y,
    }
    rule = {"type": "rule", "strokeWidth": 1, "color": theme.MUTED}
    text = {"type": "text", "align": "left", "x": WIDTH + 12, "limit": 260}
    trends = [{MEMBER: row[MEMBER], "trend": TRENDS[row[TREND]]} for row in rows]
    said = {"y": y, "text": {"field": "trend", "type": "nominal"}}
    earlier = _long(before)
    return [
        layer(rows, (MEMBER, *ends), rule, **span),
        *([layer(earlier, columns, tick, **at)] if earlier else []),
        layer(_long(now), columns, point, **at),
        layer(trends, (MEMBER, "trend"), text, **said),
    ]


def _long(measured: list[tuple[Row, str, float | None]]) -> list[Row]:
    """Return a row for each percentile that was measured."""
    return [
        {MEMBER: row[MEMBER], "percentile": PERCENTILES[name][0], "ms": value}
        for row, name, value in measured
        if value is not None
    ]


def _silent(rows: Rows, y: Spec) -> list[Spec]:
    """Return a grey cross for each model without a latency, and why."""
    grey = {**CROSS, "size": 50, "x": 6, "color": theme.REFUSED}
    why = [{MEMBER: row[MEMBER], "why": SILENT} for row in rows]
    text = {"type": "text", "align": "left", "x": 16, "fill": theme.REFUSED}
    said = {"y": y, "text": {"field": "why", "type": "nominal"}}
    return [
        layer(rows, (MEMBER,), grey, y=y),
        layer(why, (MEMBER, "why"), text, **said),
    ]


def _said(row: Row) -> str:
    if row["p50_latency_ms"] is None:
        return f"{row[MEMBER]}: {SILENT}"
    named = ", ".join(
        f"{words} {row[name]:,.0f} ms"
        for name, (words, _) in PERCENTILES.items()
        if row[name] is not None
    )
    return f"{row[MEMBER]}: {named}, {TRENDS[row[TREND]]}"

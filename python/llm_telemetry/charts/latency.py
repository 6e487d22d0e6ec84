"""Charts of latency: its distribution, and by hour of the week."""

from llm_telemetry.charts import theme
from llm_telemetry.charts.spec import (
    PLAIN,
    Chart,
    Row,
    Rows,
    Spec,
    axis,
    counted,
    layer,
    note,
    nothing,
    spoken,
)

LEVELS = {"p50_latency_ms": "p50", "p95_latency_ms": "p95", "p99_latency_ms": "p99"}
WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
UNMEASURED = "no operation with a measured latency fits the filters"


def distribution(rows: Rows, quantiles: Row, sla_ms: float | None) -> Chart:
    """Return how many operations took how long, on a log scale.

    ``rows`` have ``from_ms``, ``to_ms`` and ``operations``; from_ms is 0 for what took
    no time, which has no place on a log scale. ``quantiles`` are of all ``operations``.
    """
    title = "How long operations take"
    on_scale = [row for row in rows if row["from_ms"] > 0]
    if not on_scale:
        return nothing(title, f"Nothing to draw: {UNMEASURED}.")
    scale = {"type": "log", "nice": False}
    x = axis("from_ms", "latency of an operation, ms (log scale)", scale=scale)
    x["axis"] = {"format": PLAIN, "grid": False, "tickCount": 8, "labelOverlap": True}
    mark = {"type": "rect", "color": theme.BLUE, "stroke": theme.PAPER}
    y = axis("operations", "operations", axis={"format": PLAIN})
    ends: dict[str, Spec] = {"x": x, "x2": {"field": "to_ms"}, "y2": {"datum": 0}}
    columns = ("from_ms", "to_ms", "operations")
    bars = layer(on_scale, columns, {**mark, "tooltip": True}, y=y, **ends)
    marks = [
        {"at_ms": quantiles[column], "name": name}
        for column, name in LEVELS.items()
        if quantiles.get(column)
    ]
    marks += [{"at_ms": sla_ms, "name": "SLA"}] if sla_ms else []
    layers = [bars, *_marked(marks, x)]
    for row in rows:
        if row["from_ms"] <= 0:
            said = f"{row['operations']:,.0f} operations of 0 ms are not on the scale"
            layers.append(note(said, y=14))
    alt = (
        f"Histogram of the latency of {quantiles['operations']:,.0f} operations, on a "
        "log scale. "
        + ", ".join(f"{one['name']} {spoken(one['at_ms'], 4)} ms" for one in marks)
        + "."
    )
    return Chart(title, alt, {"width": theme.WIDTH, "height": 200, "layer": layers})


def _marked(marks: Rows, x: Spec) -> list[Spec]:
    """Return a line at each quantile and limit, with its name at the top."""
    lines: list[Spec] = []
    for place, one in enumerate(marks):
        colour = theme.RED if one["name"] == "SLA" else theme.INK
        fill = theme.TEXTS.get(colour, colour)
        at = {"x": {**x, "field": "at_ms"}}
        rule = {"type": "rule", "color": colour, "strokeDash": [4, 3], "tooltip": True}
        words = {"type": "text", "align": "left", "dx": 3, "y": -4 - 11 * place}
        text = {"field": "name", "type": "nominal"}
        lines += [
            layer([one], ("at_ms", "name"), rule, **at),
            layer([one], ("at_ms", "name"), {**words, "fill": fill}, **at, text=text),
        ]
    return lines


def heat_map(rows: Rows, zone: str) -> Chart:
    """Return the p95 of each hour of the week; grey where there is none.

    ``rows`` have ``weekday``, 1 for Monday, ``hour_of_day``, the p95 with its interval,
    and ``why`` where there is none.
    """
    title = "When operations are slow"
    named = [{**row, "day": WEEK[row["weekday"] - 1]} for row in rows]
    known = [row for row in named if not row["why"]]
    refused = [row for row in named if row["why"]]
    if not known:
        return nothing(title, "No hour of the week has enough measured operations.")
    slots = {"domain": list(range(24))}
    x = axis("hour_of_day", f"hour of the day, {zone}", "ordinal", scale=slots)
    x["axis"] = {"labelAngle": 0, "ticks": False}
    y = axis("day", "", "ordinal", sort=list(WEEK), scale={"domain": list(WEEK)})
    y["axis"] = {"title": None, "ticks": False}
    slowest = max(known, key=lambda row: row["p95_latency_ms"])
    alt = (
        f"p95 latency by weekday and hour, slowest {slowest['day']} at "
        f"{slowest['hour_of_day']}:00 with {spoken(slowest['p95_latency_ms'], 4)} ms. "
        f"Too few operations in {len(refused)} of {counted(len(rows), 'hour')}."
    )
    layers = _cells(known, refused, {"x": x, "y": y})
    body = {"width": theme.WIDTH, "height": {"step": 24}, "layer": layers}
    return Chart(title, alt, body)


def _cells(known: Rows, refused: Rows, place: dict[str, Spec]) -> list[Spec]:
    """Return the colour of each hour, or a grey cross."""
    columns = ("day", "hour_of_day", "operations", "p95_latency_ms")
    bounds = ("p95_latency_ms_low", "p95_latency_ms_high")
    # one scale for light and dark, which colour-blind people read too
    legend = {"title": "p95 latency, ms", "format": PLAIN, "type": "symbol"}
    colour = axis("p95_latency_ms", "p95 latency, ms", legend=legend)
    colour["scale"] = {"scheme": "cividis", "reverse": True, "zero": False}
    box = {"type": "rect", "tooltip": True}
    cross = {"type": "text", "text": "\u00d7", "fill": theme.REFUSED, "tooltip": True}
    colours = layer(known, (*columns, *bounds), box, **place, color=colour)
    crosses = layer(refused, (*columns[:3], "why"), cross, **place)
    return [colours, *([crosses] if refused else [])]

"""The chart of latency under load: what calls in flight do to a provider."""

from collections import Counter

from llm_telemetry.charts import theme
from llm_telemetry.charts.members import look
from llm_telemetry.charts.spec import (
    CROSS,
    MOST_MEMBERS,
    PLAIN,
    Chart,
    Rows,
    Spec,
    axis,
    layer,
    not_drawn,
    note,
    nothing,
    split,
)

LOAD = {
    "p95_latency_ms": "p95 latency, ms (95 % interval)",
    "failure_rate": "failures per call (95 % interval)",
}


def load(rows: Rows) -> Chart:
    """Return latency and failures of each provider by its calls in flight.

    ``rows`` are those of latency_by_load.
    """
    title = "Does a provider get slower under load?"
    if not rows:
        return nothing(title, "No call of the last days has a latency.")
    bands = dict.fromkeys(
        row["load_band"]
        for row in sorted(rows, key=lambda row: row["min_calls_in_flight"])
    )
    calls: Counter[str] = Counter()
    for row in rows:
        calls[row["model_provider"]] += row["interactions"]
    names = sorted(name for name, _ in calls.most_common(MOST_MEMBERS))
    shown = [row for row in rows if row["model_provider"] in names]
    panels = [_load(shown, column, list(bands), names) for column in LOAD]
    if left := not_drawn(len(calls) - len(names)):
        panels[-1]["layer"].append(note(left))
    alt = (
        f"p95 latency and failures per call by calls in flight ({', '.join(bands)}) of "
        f"{', '.join(names)}, with 95 % intervals."
    )
    return Chart(title, alt, {"vconcat": panels})


def _load(rows: Rows, column: str, bands: list[str], names: list[str]) -> Spec:
    known, unknown = split(rows, column)
    low, high = f"{column}_low", f"{column}_high"
    sure = [row for row in known if None not in (row[low], row[high])]
    few = [row for row in known if row not in sure]
    x = axis("load_band", "other calls of the provider in flight", "ordinal")
    x |= {"scale": {"domain": bands}, "axis": {"labelAngle": 0, "ticks": False}}
    shift = axis("model_provider", "", "nominal", scale={"domain": names})
    shown = {"format": "%" if column == "failure_rate" else PLAIN, "tickCount": 5}
    y = axis(column, LOAD[column], axis=shown, scale={"zero": True})
    keys = ("model_provider", "load_band")
    colour = look(names)["color"] | {"field": "model_provider"}
    place = {"x": x, "xOffset": shift}
    point = {"type": "point", "filled": True, "size": 45, "tooltip": True}
    rule = {"type": "rule", "strokeWidth": 2}
    ends = {"y": {**y, "field": low}, "y2": {"field": high}}
    grey = {**point, "color": theme.REFUSED}
    cross = {**grey, **CROSS, "filled": False, "y": "height"}
    layers = [
        layer(sure, (*keys, low, high), rule, **place, **ends, color=colour),
        layer(sure, (*keys, column), point, **place, y=y, color=colour),
        layer(few, (*keys, column), grey, **place, y=y),
        layer(unknown, keys, cross, **place),
    ]
    drawn = [one for one in layers if one["data"]["values"]]
    said = [note("grey: too few calls for an interval")] if few or unknown else []
    return {"width": theme.WIDTH, "height": 150, "layer": [*drawn, *said]}

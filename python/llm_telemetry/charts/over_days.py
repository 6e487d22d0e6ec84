"""Charts of members over days: lines with their intervals, stacked amounts."""

from collections.abc import Sequence

from llm_telemetry.charts import line_ends, theme
from llm_telemetry.charts.days import ABOVE, DAY, crosses, days_axis
from llm_telemetry.charts.members import (
    MEMBER,
    RANK,
    Measure,
    columns,
    columns_of_page,
    leading,
    look,
    members,
)
from llm_telemetry.charts.spec import (
    PLAIN,
    Chart,
    Rows,
    Spec,
    axis,
    layer,
    not_drawn,
    note,
    nothing,
    rule_at,
    split,
)

# what the axis says of a point, by how long it is
AXES = {"day": "business day", "week": "week, from its Monday"}
# most of a week, which a bar takes from its Monday on
BAR_OF_WEEK = {
    "calculate": f"+toDate(datum.{DAY}) + 0.8 * 7 * 24 * 3600 * 1000",
    "as": "until",
}
UNSURE = "grey: too few for an interval"
# how wide the plot of a page of 390 pixels is
NARROWEST = 300
# of a panel of lines, in pixels
HEIGHT = 130


def lines(
    title: str, rows: Rows, measures: Sequence[Measure], zone: str, per: str = "day"
) -> Chart:
    """Return a panel for each measure, with a line over days for each member.

    ``per`` is how long a point is: a day, or a week named by its Monday.
    """
    shown, left = leading(rows)
    if not any(row[one.column] is not None for row in shown for one in measures):
        return nothing(title, f"Nothing to draw: {measures[0].missing}.")
    names = members(shown)
    panels = [_lines(shown, one, names, days_axis()) for one in measures[:-1]]
    # the axis of days stands below the last panel only
    panels.append(_lines(shown, measures[-1], names, days_axis(AXES[per], zone)))
    if left:
        panels[-1]["layer"].append(note(not_drawn(left)))
    alt = (
        f"{', '.join(one.title for one in measures)} of {', '.join(names)}"
        f"{_span(shown, per)}. Bands are 95 % intervals."
    )
    return Chart(title, alt, {"vconcat": panels})


def _lines(rows: Rows, measure: Measure, names: list[str], x: Spec) -> Spec:
    known, unknown = split(rows, measure.column)
    bounded = measure.bounded(known)
    unsure = [row for row in known if row not in bounded] if measure.low else []
    named = line_ends.have_names(names)
    if named:
        until = {"expr": line_ends.last_day(names)}
        x = {**x, "scale": {**x["scale"], "rangeMax": until}}
    y = _y(rows, measure)
    looks = look(names, has_legend=not named)
    colour = {"color": looks["color"]}
    dashed = {**colour, "strokeDash": looks["strokeDash"]}
    span = {"y": {**y, "field": measure.low}, "y2": {"field": measure.high}}
    band = {"type": "area", "opacity": 0.15}
    line = {"type": "line", "strokeWidth": 1.5}
    point = {"type": "point", "filled": True, "size": 16, "tooltip": True}
    ends = (measure.low, measure.high)
    drawn = (DAY, MEMBER, measure.column)
    layers = [
        layer(bounded, (DAY, MEMBER, *ends), band, x=x, **span, **colour),
        layer(known, drawn, line, x=x, y=y, **dashed),
        layer(known, drawn, point, x=x, y=y, **colour),
        layer(unsure, drawn, {**point, "color": theme.REFUSED}, x=x, y=y),
        *crosses(unknown, x, measure.missing, MEMBER),
        *([note(UNSURE)] if unsure and not unknown else []),
        *_limit(measure, y, names if named else ()),
        *(line_ends.layers(rows, measure, names, y, HEIGHT) if named else []),
    ]
    filled = [one for one in layers if one.get("data", {"values": 1})["values"]]
    return {"width": theme.WIDTH, "height": HEIGHT, "layer": filled}


def _y(rows: Rows, measure: Measure) -> Spec:
    form = "%" if "%" in measure.form else PLAIN
    shown = {**ABOVE, "tickCount": 4, "format": form}
    others = [0.0] if measure.limit is None else [0.0, measure.limit]
    scale = {"domain": list(measure.domain(rows, *others)), "nice": False}
    return axis(measure.column, measure.title, axis=shown, scale=scale)


def _limit(measure: Measure, y: Spec, names: Sequence[str]) -> list[Spec]:
    """Return a line at the limit, which ends where names begin."""
    if measure.limit is None:
        return []
    where = {"y": {**y, "field": "limit"}}
    if names:
        where["x"] = {"value": 0}
        where["x2"] = {"value": {"expr": line_ends.last_day(names)}}
    return [{**rule_at(where), "data": {"values": [{"limit": measure.limit}]}}]


def stacked(
    title: str, rows: Rows, measure: Measure, zone: str, per: str = "day"
) -> Chart:
    """Return a bar for each day or week, made of the amounts of the members."""
    shown, left = leading(rows)
    known, unknown = split(shown, measure.column)
    if not known:
        return nothing(title, f"Nothing to draw: {measure.missing}.")
    names = members(shown)
    x = days_axis(AXES[per], zone)
    if per == "day":
        x["timeUnit"] = "utcyearmonthdate"
    form = {"format": PLAIN, "tickCount": 5}
    y = axis(measure.column, measure.title, axis=form, stack="zero")
    looks = look(names)
    at = {"x": x, "y": y, "order": {"field": RANK, "type": "quantitative"}}
    legend = {**looks["color"]["legend"], "columns": columns_of_page(names)}
    at |= {
        channel: {**looks[channel], "legend": legend}
        for channel in ("color", "fillOpacity")
    }
    layers = [
        _daily(known, at) if per == "day" else _weekly(known, at),
        *crosses(unknown, x, measure.missing, MEMBER),
        *([note(not_drawn(left))] if left else []),
    ]
    alt = f"{measure.title} of {', '.join(names)}{_span(shown, per)}."
    # the legend takes its lines from the height, on a telephone most
    lines = -(-len(names) // columns(names, NARROWEST))
    height = 180 + 14 * max(3, lines)
    body = {"width": theme.WIDTH, "height": height, "layer": layers}
    return Chart(title, alt, body)


def _daily(rows: Rows, at: Spec) -> Spec:
    bar = {"type": "bar", "width": {"band": 0.8}, "tooltip": True}
    return layer(rows, (DAY, MEMBER, RANK, at["y"]["field"]), bar, **at)


def _weekly(rows: Rows, at: Spec) -> Spec:
    """Return amounts stacked over most of a week; a bar has the width of a day only."""
    amount = at["y"]["field"]
    ends = ["lower", "upper"]
    order = [{"field": RANK}]
    stacking = {"stack": amount, "groupby": [DAY], "sort": order, "as": ends}
    y = {**at["y"], "field": ends[1], "stack": None}
    spans = {"x2": {"field": BAR_OF_WEEK["as"]}, "y": y, "y2": {"field": ends[0]}}
    looks = {key: value for key, value in at.items() if key != "order"}
    mark = {"type": "rect", "tooltip": {"content": "data"}}
    drawn = layer(rows, (DAY, MEMBER, RANK, amount), mark, **{**looks, **spans})
    return {**drawn, "transform": [BAR_OF_WEEK, stacking]}


def _span(rows: Rows, per: str) -> str:
    """Return from which day to which there are rows."""
    days = sorted({str(row[DAY])[:10] for row in rows})
    return f" by {per}, from {days[0]} to {days[-1]}"

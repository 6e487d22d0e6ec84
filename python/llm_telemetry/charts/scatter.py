"""A scatter plot of members: one measure against another, with both intervals."""

from llm_telemetry.charts import theme
from llm_telemetry.charts.members import (
    MEMBER,
    Measure,
    leading,
    with_lines_below,
)
from llm_telemetry.charts.spec import (
    PLAIN,
    Chart,
    Rows,
    Spec,
    axis,
    layer,
    not_drawn,
    nothing,
    spoken,
)


def against(title: str, rows: Rows, x: Measure, y: Measure) -> Chart:
    """Return a point for each member, with the intervals of both measures."""
    shown, left = leading(rows)
    known = [row for row in shown if None not in (row[x.column], row[y.column])]
    if not known:
        return nothing(title, f"Nothing to draw: {x.missing}, or {y.missing}.")
    unknown = [
        f"\u00d7 {theme.short(row[MEMBER])}: "
        + (x.missing if row[x.column] is None else y.missing)
        for row in shown
        if row not in known
    ]
    unknown.append(not_drawn(left))
    alt = "; ".join(
        f"{row[MEMBER]}: {spoken(row[x.column])} and {spoken(row[y.column])}"
        for row in known
    )
    body = {"width": 440, "height": 300, "layer": _points(known, x, y)}
    said = f"{y.title} against {x.title}. {alt}."
    return Chart(title, said, with_lines_below(body, unknown))


def _points(rows: Rows, x: Measure, y: Measure) -> list[Spec]:
    """Return points with their names, and a rule for each interval there is."""
    at = {"x": _scaled(x, x.column), "y": _scaled(y, y.column)}
    columns = (MEMBER, x.column, y.column)
    rule = {"type": "rule", "color": theme.MUTED, "strokeWidth": 1.5}
    point = {"type": "point", "filled": True, "size": 70, "color": theme.BLUE}
    words = {"type": "text", "align": "left", "dx": 8, "dy": -8}
    words["text"] = {"expr": theme.shortened(f"datum['{MEMBER}']")}
    across = {**at, "x": _scaled(x, x.low), "x2": {"field": x.high}}
    along = {**at, "y": _scaled(y, y.low), "y2": {"field": y.high}}
    wide, tall = x.bounded(rows), y.bounded(rows)
    layers = [
        layer(wide, (MEMBER, y.column, x.low, x.high), rule, **across),
        layer(tall, (MEMBER, x.column, y.low, y.high), rule, **along),
        layer(rows, columns, {**point, "tooltip": True}, **at),
        layer(rows, columns, words, **at),
    ]
    return [one for one in layers if one["data"]["values"]]


def _scaled(measure: Measure, field: str) -> Spec:
    form = {"format": ".1~%" if "%" in measure.form else PLAIN, "tickCount": 6}
    return axis(field, measure.title, scale={"zero": False, "nice": True}, axis=form)

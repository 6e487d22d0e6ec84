"""A scatter plot of members: one measure against another, with both intervals."""

from llm_telemetry.charts import theme
from llm_telemetry.charts.members import (
    MEMBER,
    NAME_AT,
    Measure,
    leading,
    with_lines_below,
)
from llm_telemetry.charts.spec import (
    PLAIN,
    Chart,
    Row,
    Rows,
    Spec,
    axis,
    layer,
    not_drawn,
    nothing,
    spoken,
)

Ends = tuple[float, float]
Box = tuple[float, float, float, float]
# in pixels: the plot, half of a point, from there to its name, a line, and a letter
WIDTH, HEIGHT, POINT, ASIDE, LINE, LETTER = 440, 300, 5, 9, 14, 7
# where a name can be, from its point: above the line of its interval, then elsewhere
ABOVE = 9
OFFSETS = sorted(
    (one for one in range(-HEIGHT, HEIGHT, 3) if abs(one) >= ABOVE),
    key=lambda one: abs(one - ABOVE),
)
IS_FAR = "is_far"


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
    body = {"width": WIDTH, "height": HEIGHT, "layer": _points(known, x, y)}
    said = f"{y.title} against {x.title}. {alt}."
    return Chart(title, said, with_lines_below(body, unknown))


def _points(rows: Rows, x: Measure, y: Measure) -> list[Spec]:
    """Return points with their names, and a rule for each interval there is."""
    wide, tall = x.domain(rows), y.domain(rows)
    at = {"x": _scaled(x, x.column, wide), "y": _scaled(y, y.column, tall)}
    columns = (MEMBER, x.column, y.column)
    rule = {"type": "rule", "color": theme.MUTED, "strokeWidth": 1.5}
    point = {"type": "point", "filled": True, "size": 70, "color": theme.BLUE}
    words = {"type": "text", "align": "left", "dx": ASIDE, "baseline": "middle"}
    words["text"] = {"expr": theme.shortened(f"datum['{MEMBER}']")}
    across = {**at, "x": _scaled(x, x.low, wide), "x2": {"field": x.high}}
    along = {**at, "y": _scaled(y, y.low, tall), "y2": {"field": y.high}}
    named = _named(rows, (x.column, wide), (y.column, tall))
    # a name that had to leave its point is tied to it
    far = [row for row in named if row[IS_FAR]]
    tie = {"type": "rule", "color": theme.REFUSED, "strokeWidth": 1, "xOffset": ASIDE}
    tied = {**at, "y2": {"field": NAME_AT}}
    layers = [
        layer(x.bounded(rows), (MEMBER, y.column, x.low, x.high), rule, **across),
        layer(y.bounded(rows), (MEMBER, x.column, y.low, y.high), rule, **along),
        layer(far, (MEMBER, x.column, y.column, NAME_AT), tie, **tied),
        layer(rows, columns, {**point, "tooltip": True}, **at),
        layer(
            named,
            (MEMBER, x.column, NAME_AT),
            words,
            x=at["x"],
            y=_scaled(y, NAME_AT, tall),
        ),
    ]
    return [one for one in layers if one["data"]["values"]]


def _named(rows: Rows, x: tuple[str, Ends], y: tuple[str, Ends]) -> list[Row]:
    """Return the rows with a height for each name, at which it is alone."""

    def pixels(row: Row, of: tuple[str, Ends], length: int) -> float:
        column, (low, high) = of
        return length * float((row[column] - low) / (high - low))

    places = [(pixels(row, x, WIDTH), pixels(row, y, HEIGHT)) for row in rows]
    taken: list[Box] = [
        (left - POINT, up - POINT, left + POINT, up + POINT) for left, up in places
    ]
    low, high = y[1]
    named: list[Row] = []
    for row, (left, up) in zip(rows, places, strict=True):
        start, wide = left + ASIDE, LETTER * len(theme.short(str(row[MEMBER])))
        for offset in OFFSETS:
            middle = up + offset
            box = (start, middle - LINE / 2, start + wide, middle + LINE / 2)
            if 0 <= box[1] < HEIGHT - LINE and not any(
                _overlap(box, one) for one in taken
            ):
                break
        taken.append(box)
        place = low + middle / HEIGHT * (high - low)
        named.append({**row, NAME_AT: place, IS_FAR: abs(offset - ABOVE) > LINE})
    return named


def _overlap(one: Box, other: Box) -> bool:
    return (
        one[0] < other[2]
        and other[0] < one[2]
        and one[1] < other[3]
        and other[1] < one[3]
    )


def _scaled(measure: Measure, field: str, ends: Ends) -> Spec:
    form = {"format": ".1~%" if "%" in measure.form else PLAIN, "tickCount": 6}
    scale = {"domain": list(ends), "nice": False, "zero": False}
    return axis(field, measure.title, scale=scale, axis=form)

"""Names at the ends of lines, which a chart of few lines has instead of a legend."""

from collections.abc import Iterable, Mapping, Sequence

from llm_telemetry.charts import theme
from llm_telemetry.charts.days import DAY
from llm_telemetry.charts.members import MEMBER, NAME_AT, Measure, look
from llm_telemetry.charts.spec import Row, Rows, Spec, axis, layer

MOST_NAMES = 6
# in pixels: from the last day to the names, between two names, and a letter
ASIDE, LINE, LETTER = 18, 13, 6
# of the width of a plot that names may take; a longer one loses its middle
MOST_ROOM = 0.4
CROSS = "\u00d7 "


def have_names(names: Sequence[str]) -> bool:
    """Return whether lines have names at their ends: more than one, and few."""
    return 1 < len(names) <= MOST_NAMES


def last_day(names: Sequence[str]) -> str:
    """Return where days end, left of the names, as an expression of Vega."""
    letters = len(CROSS) + max(len(theme.short(name)) for name in names)
    return f"width - min({ASIDE + LETTER * letters}, {MOST_ROOM} * width)"


def layers(
    rows: Rows, measure: Measure, names: list[str], y: Spec, height: int
) -> list[Spec]:
    """Return each name at the height of the last value of its line, or close to it.

    A member without a value is named in grey, where the crosses of its days are. ``y``
    is the encoding of the measure with its domain, and ``height`` that of the plot, in
    pixels.
    """
    known = _last(row for row in rows if row[measure.column] is not None)
    if not known:
        return []
    unknown = {name: row for name, row in _last(rows).items() if name not in known}
    low, high = y["scale"]["domain"]
    pixel = (high - low) / height
    wanted = dict.fromkeys(unknown, 0.0) | {
        name: (float(row[measure.column]) - low) / pixel for name, row in known.items()
    }
    heights = apart(wanted, LINE, height - LINE / 2)
    named, unnamed = (
        [{**row, NAME_AT: low + pixel * heights[name]} for name, row in of.items()]
        for of in (known, unknown)
    )
    start, at = last_day(names), {"y": {**y, "field": NAME_AT}}
    drawn = [
        _ties(named, measure.column, names, y, start),
        _names(named, start, "", {}, **at, fill=_colours(names)),
        _names(unnamed, start, CROSS, {"fill": theme.REFUSED}, **at),
    ]
    return [one for one in drawn if one["data"]["values"]]


def _last(rows: Iterable[Row]) -> dict[str, Row]:
    """Return the last row of each member."""
    by_day = sorted(rows, key=lambda row: str(row[DAY]))
    return {str(row[MEMBER]): row for row in by_day}


def _ties(rows: Rows, column: str, names: list[str], y: Spec, start: str) -> Spec:
    """Return a line from each last value to the name, with the look of the member."""
    looks = look(names, has_legend=False)
    at = {"y": y, "y2": {"field": NAME_AT}}
    at |= {channel: looks[channel] for channel in ("color", "strokeDash")}
    for channel, aside in (("x", 3), ("x2", ASIDE - 3)):
        at[channel] = {"value": {"expr": f"{start} + {aside}"}}
    tie = {"type": "rule", "strokeWidth": 1}
    return layer(rows, (DAY, MEMBER, column, NAME_AT), tie, **at)


def _names(rows: Rows, start: str, before: str, own: Spec, **at: Spec) -> Spec:
    """Return the names, as long as there is room for."""
    letters = f"floor((width - ({start}) - {ASIDE}) / {LETTER} - {len(before)})"
    short = theme.shortened(f"datum['{MEMBER}']", letters)
    text = {"expr": f"'{before}' + ({short})"}
    mark = {"type": "text", "align": "left", "baseline": "middle", "text": text, **own}
    x = {"value": {"expr": f"{start} + {ASIDE}"}}
    return layer(rows, (DAY, MEMBER, NAME_AT), mark, x=x, **at)


def _colours(names: list[str]) -> Spec:
    """Return the encoding of members by their colours, as texts have them."""
    colours = look(names)["color"]["scale"]["range"]
    scale = {"domain": names, "range": [theme.TEXTS.get(one, one) for one in colours]}
    return axis(MEMBER, "", "nominal", scale=scale, legend=None)


def apart(wanted: Mapping[str, float], gap: float, highest: float) -> dict[str, float]:
    """Return heights in their order, ``gap`` apart at least, from 0 to ``highest``.

    The sum of squared distances from the wanted heights is the least possible: less
    the gaps, this is isotonic regression by pooling adjacent violators.
    """
    order = sorted(wanted, key=lambda name: wanted[name])
    pools: list[list[float]] = []
    for place, name in enumerate(order):
        pools.append([wanted[name] - gap * place])
        while len(pools) > 1 and _mean(pools[-2]) > _mean(pools[-1]):
            pools[-2:] = [pools[-2] + pools[-1]]
    most = highest - gap * (len(order) - 1)
    levels = [min(max(_mean(pool), 0), most) for pool in pools for _ in pool]
    return {
        name: level + gap * place
        for place, (name, level) in enumerate(zip(order, levels, strict=True))
    }


def _mean(pool: Sequence[float]) -> float:
    return sum(pool) / len(pool)

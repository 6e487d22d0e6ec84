"""What every chart is made of: data, layers, axes, refusals and what is left out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from llm_telemetry.charts import theme

Row = Mapping[str, Any]
Rows = Sequence[Row]
Spec = dict[str, Any]

MOST_MEMBERS = 10
CROSS = {"type": "point", "shape": "cross", "angle": 45}
# the format of an axis: d3's `s` and `g` would write 1m, 2M and 8e-7
PLAIN = ",~r"


@dataclass(frozen=True)
class Chart:
    """A chart: its title, what it shows in words, and its Vega-Lite specification."""

    title: str
    alt: str
    body: Spec

    def spec(self, *, is_dark: bool = False) -> Spec:
        """Return the whole specification, configured once."""
        whole = {"$schema": theme.SCHEMA, "config": theme.CONFIG, **self.body}
        darkened: Spec = theme.darkened(whole)
        return darkened if is_dark else whole


def values(rows: Iterable[Row], *columns: str) -> Spec:
    """Return rows as the data of a layer, with the columns that it draws."""
    return {"values": [{name: row[name] for name in columns} for row in rows]}


def layer(rows: Iterable[Row], columns: Sequence[str], mark: Spec, **at: Spec) -> Spec:
    """Return marks of rows, of which only the columns are kept."""
    return {"data": values(rows, *columns), "mark": mark, "encoding": at}


def spoken(value: float, digits: int = 3, sign: str = "-") -> str:
    """Return some significant digits of a number, never as a power of ten.

    ``sign`` is ``+`` where that of a positive number is written too.
    """
    return f"{Decimal(f'{value:.{digits}g}'):{sign},f}"


def counted(count: int, noun: str) -> str:
    """Return how many of something there are: 1 row, 1,200 rows."""
    plural = f"{noun}es" if noun.endswith("ch") else f"{noun}s"
    return f"{count:,} {noun if count == 1 else plural}"


def split(rows: Rows, column: str) -> tuple[list[Row], list[Row]]:
    """Return the rows that have a value in a column, and those that have none."""
    known = [row for row in rows if row[column] is not None]
    return known, [row for row in rows if row[column] is None]


def top(rows: Rows, by: str) -> tuple[list[Row], int]:
    """Return the members with most traffic, in their order, and how many others."""
    if len(rows) <= MOST_MEMBERS:
        return list(rows), 0
    ranked = sorted(
        range(len(rows)), key=lambda place: (-(rows[place][by] or 0), place)
    )
    return [rows[place] for place in sorted(ranked[:MOST_MEMBERS])], len(rows) - 10


def axis(field: str, title: str, kind: str = "quantitative", **more: Any) -> Spec:
    """Return an encoding by a column, with the unit in the title of its axis."""
    return {"field": field, "type": kind, "title": title, **more}


def day(field: str, title: str) -> Spec:
    """Return an encoding by a day, the same in every time zone."""
    shown = {"format": "%b %d", "labelOverlap": True, "grid": False}
    return axis(field, title, "temporal", scale={"type": "utc"}, axis=shown)


def names_axis(field: str, names: Sequence[str], **shown: Any) -> Spec:
    """Return an encoding by a name, a line for each in their order."""
    y = axis(field, "", "nominal", scale={"domain": names}, sort=None)
    return {**y, "axis": {"title": None, "ticks": False, "domain": False, **shown}}


def rule_at(where: Spec, *, is_dashed: bool = True) -> Spec:
    """Return a line at a limit or at no difference."""
    dash = {"strokeDash": [4, 3]} if is_dashed else {}
    mark = {"type": "rule", "color": theme.MUTED, **dash}
    return {"data": {"values": [{}]}, "mark": mark, "encoding": where}


def note(text: str, **place: Any) -> Spec:
    """Return a line of text in a corner of a chart, grey as what it explains."""
    mark = {
        "type": "text",
        "text": text,
        "align": "left",
        "baseline": "top",
        "fill": theme.REFUSED,
        "x": 4,
        "y": 2,
        **place,
    }
    return {"data": {"values": [{}]}, "mark": mark}


def not_drawn(count: int, where: str = "") -> str:
    """Say how many members are left out, and where they are; nothing of none."""
    if not count:
        return ""
    return f"{counted(count, 'other')}, not drawn" + (f": see {where}" if where else "")


def nothing(title: str, why: str) -> Chart:
    """Return a chart that says why it is empty."""
    cross = {
        "data": {"values": [{}]},
        "mark": {**CROSS, "size": 60},
        "encoding": {
            "x": {"value": 10},
            "y": {"value": 20},
            "color": {"value": theme.REFUSED},
        },
    }
    layers = [cross, note(why, x=24, y=14)]
    body = {"width": theme.WIDTH, "height": 40, "layer": layers}
    # a page that is narrower than the text draws it smaller
    return Chart(title, why, {**body, "autosize": {"type": "pad"}})

"""What charts of members share: models, providers, use cases, prompt versions.

Rows have ``member`` and, over days, ``member_rank``: from 1 on for the ten with most
traffic, and one more for all others together.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from llm_telemetry.charts import theme
from llm_telemetry.charts.spec import MOST_MEMBERS, Row, Rows, Spec, axis, note

MEMBER, RANK = "member", "member_rank"
# how high a name stands, on the scale of the measure
NAME_AT = "name_at"
COLOURS = (theme.BLUE, theme.RED, theme.GREEN, theme.PURPLE, theme.INK)
# the second five have the colours of the first, dashed and paler
DASHES = ([1, 0], [5, 3])
OPACITIES = (1, 0.45)
MOST_COLUMNS = 4


@dataclass(frozen=True)
class Measure:
    """What is drawn: a column, the title of its axis with the unit, its interval.

    ``missing`` says why a row may have no value, ``limit`` is drawn as a line.
    """

    column: str
    title: str
    low: str = ""
    high: str = ""
    form: str = ",.4~r"
    missing: str = "not measured"
    limit: float | None = None

    def bounded(self, rows: Rows) -> list[Row]:
        """Return the rows that have an interval."""
        if not self.low:
            return []
        return [row for row in rows if None not in (row[self.low], row[self.high])]

    def domain(self, rows: Rows, *others: float) -> tuple[float, float]:
        """Return the ends of an axis: of values, intervals and others, with some room.

        Without any, they are 0 and 1.
        """
        names = [name for name in (self.column, self.low, self.high) if name]
        found = [row[name] for row in rows for name in names]
        values = [*others, *(float(value) for value in found if value is not None)]
        low, high = min(values, default=0), max(values, default=0)
        room = (high - low) * 0.06 or abs(high) * 0.1 or 1
        # no share is below 0 or above 1
        above = min(room, max(0, 1 - high)) if "%" in self.form else room
        return low - (min(room, low) if low >= 0 else room), high + above


def leading(rows: Rows) -> tuple[list[Row], int]:
    """Return the rows of the first ten members and of the others together.

    Beside them, how many members are left out: none where the query sums the others.
    """
    first = dict.fromkeys(row[MEMBER] for row in _ranked(rows))
    names = list(first)[: MOST_MEMBERS + 1]
    if len(first) <= len(names):
        return list(rows), 0
    kept = set(names[:MOST_MEMBERS])
    return [row for row in rows if row[MEMBER] in kept], len(first) - MOST_MEMBERS


def _ranked(rows: Rows) -> Rows:
    return sorted(rows, key=lambda row: row.get(RANK) or 0)


def members(rows: Rows) -> list[str]:
    """Return the names of the members by their rank."""
    return list(dict.fromkeys(str(row[MEMBER]) for row in _ranked(rows)))


def look(names: list[str], *, has_legend: bool = True) -> dict[str, Spec]:
    """Return a colour, a dash and an opacity for each member, the others in grey."""
    ranks = range(len(names))
    colours = [COLOURS[place % len(COLOURS)] for place in ranks]
    if len(names) > MOST_MEMBERS:
        colours[-1] = theme.REFUSED
    dashes = [DASHES[place // len(COLOURS) % 2] for place in ranks]
    opacities = [OPACITIES[place // len(COLOURS) % 2] for place in ranks]
    legend = {
        "title": None,
        "columns": columns(names),
        "labelExpr": theme.shortened(),
        "labelLimit": 300,
        "symbolOpacity": 1,
    }
    ranges = {"color": colours, "strokeDash": dashes, "fillOpacity": opacities}
    return {
        channel: axis(
            MEMBER,
            "",
            "nominal",
            scale={"domain": names, "range": found},
            legend=legend if has_legend else None,
        )
        for channel, found in ranges.items()
    }


def columns(names: list[str], width: int = theme.WIDTH) -> int:
    """Return how many columns of a legend the width of a chart has room for."""
    return max(1, min(MOST_COLUMNS, width // _widest(names)))


def columns_of_page(names: list[str]) -> Spec:
    """Return ``columns`` of a chart of one plot, which a page makes narrower."""
    return {"expr": f"clamp(floor(width / {_widest(names)}), 1, {MOST_COLUMNS})"}


def _widest(names: list[str]) -> int:
    return 30 + 6 * max((len(theme.short(name)) for name in names), default=0)


def with_lines_below(body: Spec, said: Sequence[str]) -> Spec:
    """Return a chart with lines of grey text under it, but for empty ones."""
    lines = [
        note(text, x=0, y=16 * place, limit=600)
        for place, text in enumerate(filter(None, said))
    ]
    below = {"width": 440, "height": 16 * len(lines), "layer": lines}
    return {"vconcat": [body, below]} if lines else body

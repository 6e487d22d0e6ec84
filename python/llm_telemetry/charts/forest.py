"""Forest plots: one line per estimate, with its interval, refusals in grey."""

from dataclasses import dataclass
from typing import Any

from llm_telemetry.charts import theme
from llm_telemetry.charts.spec import (
    CROSS,
    PLAIN,
    Row,
    Rows,
    Spec,
    axis,
    names_axis,
    rule_at,
    values,
)

STEP = 20
# why a line is refused, None where it is not
WHY = "why"


@dataclass(frozen=True)
class Forest:
    """What a forest plot draws: columns, and the title of its axis with the unit.

    An interval is in the columns ``<value>_low`` and ``<value>_high``; ``same`` is a
    column to compare with, drawn as a tick; ``form`` is that of the number beside it.
    Rows have ``why``, the reason of a refusal or None.
    """

    label: str
    value: str
    title: str
    has_interval: bool = True
    same: str = ""
    zero: float | None = 0
    form: str = ",.3~r"

    def layers(self, rows: Rows, *, others: str = "") -> Spec:
        """Return the plot; ``others`` says in words what is left out of it."""
        shown = [dict(row) for row in rows]
        if others:
            shown.append({self.label: "other", WHY: others})
        names = [row[self.label] for row in shown]
        y = names_axis(self.label, names, offset=6)
        judged = [row for row in shown if not row.get(WHY)]
        refused = [row for row in shown if row.get(WHY)]
        is_known = any(row.get(self.value) is not None for row in shown)
        has_zero = self.zero is not None and is_known
        layers = [
            *([rule_at({"x": {"datum": self.zero}})] if has_zero else []),
            *self._drawn(refused, y, theme.REFUSED),
            *self._drawn(judged, y, theme.BLUE),
            *self._words(judged, refused, y),
        ]
        return {"width": 360, "height": {"step": STEP}, "layer": layers}

    def _x(self, field: str) -> Spec:
        scale = {"zero": self.zero == 0, "nice": True}
        shown = {"tickCount": 6, "format": "%" if "%" in self.form else PLAIN}
        return axis(field, self.title, scale=scale, axis=shown)

    def _drawn(self, rows: list[Any], y: Spec, colour: str) -> list[Spec]:
        """Return interval, what is compared with, and point of the known values."""
        known = [row for row in rows if row.get(self.value) is not None]
        if not known:
            return []
        low, high = f"{self.value}_low", f"{self.value}_high"
        spans = [
            row
            for row in known
            if self.has_interval and None not in (row[low], row[high])
        ]
        span = {
            "data": values(spans, self.label, low, high),
            "mark": {"type": "rule", "strokeWidth": 2, "color": colour},
            "encoding": {"y": y, "x": self._x(low), "x2": {"field": high}},
        }
        point = {
            "data": values(known, self.label, self.value),
            "mark": {"type": "point", "filled": True, "size": 55, "color": colour},
            "encoding": {"y": y, "x": self._x(self.value)},
        }
        return [*([span] if spans else []), *self._compared(known, y), point]

    def _compared(self, rows: list[Row], y: Spec) -> list[Spec]:
        known = [row for row in rows if self.same and row[self.same] is not None]
        if not known:
            return []
        mark = {"type": "tick", "thickness": 2, "size": 12, "color": theme.MUTED}
        encoding = {"y": y, "x": self._x(self.same)}
        data = values(known, self.label, self.same)
        return [{"data": data, "mark": mark, "encoding": encoding}]

    def _words(self, judged: list[Any], refused: list[Any], y: Spec) -> list[Spec]:
        """Return the number beside each line, and the reason of each that is grey."""
        mark = {"type": "text", "align": "left", "x": 372, "limit": 300}
        number = {"field": self.value, "type": "quantitative", "format": self.form}
        reason = {"field": WHY, "type": "nominal"}
        unknown = [row for row in refused if row.get(self.value) is None]
        cross = {
            "data": values(unknown, self.label),
            "mark": {**CROSS, "size": 50, "x": 6, "color": theme.REFUSED},
            "encoding": {"y": y},
        }
        said = {
            "data": values(refused, self.label, WHY),
            "mark": {**mark, "fill": theme.REFUSED},
            "encoding": {"y": y, "text": reason},
        }
        numbers = {
            "data": values(judged, self.label, self.value),
            "mark": mark,
            "encoding": {"y": y, "text": number},
        }
        parts = ((unknown, cross), (refused, said), (judged, numbers))
        return [layer for rows, layer in parts if rows]

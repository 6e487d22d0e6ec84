"""Charts that compare members side by side, each estimate with its interval."""

from collections.abc import Sequence
from typing import Any

from llm_telemetry.charts import theme
from llm_telemetry.charts.forest import Forest
from llm_telemetry.charts.members import (
    COLOURS,
    MEMBER,
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


def parts(title: str, rows: Rows, measures: Sequence[Measure], unit: str) -> Chart:
    """Return a bar for each member, made of one part for each measure."""
    shown, left = leading(rows)
    known = [
        row for row in shown if all(row[one.column] is not None for one in measures)
    ]
    if not known:
        return nothing(title, f"Nothing to draw: {measures[0].missing}.")
    missing = [row[MEMBER] for row in shown if row not in known]
    names = [one.title for one in measures]
    data = [
        {MEMBER: row[MEMBER], "part": one.title, "amount": row[one.column], "place": n}
        for row in known
        for n, one in enumerate(measures)
    ]
    y = axis(MEMBER, "", "nominal", sort=None, axis={"title": None, "ticks": False})
    colours = {"domain": names, "range": list(COLOURS[: len(names)])}
    bars = layer(
        data,
        (MEMBER, "part", "amount", "place"),
        {"type": "bar", "tooltip": True},
        y=y,
        x=axis("amount", unit, stack="zero", axis={"format": PLAIN, "tickCount": 6}),
        color=axis("part", "", "nominal", scale=colours, legend={"title": None}),
        order={"field": "place", "type": "quantitative"},
    )
    said = [f"\u00d7 {theme.short(name)}: {measures[0].missing}" for name in missing]
    said.append(not_drawn(left))
    alt = "; ".join(
        f"{row[MEMBER]}: "
        + ", ".join(f"{one.title} {spoken(row[one.column])}" for one in measures)
        for row in known
    )
    body = {"width": 440, "height": {"step": 24}, "layer": [bars]}
    return Chart(title, f"{unit}. {alt}.", with_lines_below(body, said))


def forest(
    title: str,
    rows: Rows,
    measure: Measure,
    *,
    same: str = "",
    is_ordinal: bool = False,
) -> Chart:
    """Return a line for each member, in the order of the rows; grey where refused.

    ``same`` is a column to compare with. Members that are ordinal, such as lengths and
    weeks, are all drawn.
    """
    if not any(
        row[measure.column] is not None or _refused(row, measure) for row in rows
    ):
        return nothing(title, f"Nothing to draw: {measure.missing}.")
    shown, left = (rows, 0) if is_ordinal else leading(rows)
    alt = f"{measure.title}: {_said(shown, measure)}."
    return Chart(title, alt, _forest(shown, left, measure, same))


def _forest(shown: Rows, left: int, measure: Measure, same: str = "") -> Spec:
    plot = Forest(
        label=MEMBER,
        value=measure.column,
        title=measure.title,
        has_interval=bool(measure.low),
        same=same,
        form=measure.form,
    )
    reasoned = [{**row, "why": _why(row, measure)} for row in shown]
    return plot.layers(reasoned, others=not_drawn(left))


def _refused(row: Row, measure: Measure) -> Any:
    """Return a reason of the row's own: of one measure, or of all that it has."""
    return row.get(f"{measure.column}_why") or row.get("why")


def _why(row: Row, measure: Measure) -> Any:
    missing = measure.missing if row[measure.column] is None else None
    return _refused(row, measure) or missing


def _said(rows: Rows, measure: Measure) -> str:
    return "; ".join(
        f"{row[MEMBER]} "
        + (
            f"({_why(row, measure)})"
            if row[measure.column] is None
            else spoken(row[measure.column])
        )
        for row in rows
    )


def side_by_side(title: str, rows: Rows, measures: Sequence[Measure]) -> Chart:
    """Return a forest plot for each measure, one below the other."""
    if not rows:
        return nothing(title, "Nothing to compare: no call fits the filters.")
    shown, left = leading(rows)
    alt = ". ".join(f"{one.title}: {_said(shown, one)}" for one in measures)
    plots = [_forest(shown, left, one) for one in measures]
    body = {"vconcat": plots, "spacing": 26}
    return Chart(title, f"{alt}.", body)

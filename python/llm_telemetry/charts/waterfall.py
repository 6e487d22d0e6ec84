"""One operation on one time axis: calls, tool calls and branch decisions."""

from llm_telemetry.charts import theme
from llm_telemetry.charts.members import with_lines_below
from llm_telemetry.charts.spec import (
    Chart,
    Row,
    Rows,
    Spec,
    axis,
    counted,
    layer,
    names_axis,
    nothing,
    split,
)

TITLE = "The operation, step by step"
MOST_STEPS = 50
STEP = 18
# what became of a step: its colour and its shape, so that neither is needed alone
OUTCOMES = {
    "succeeded": (theme.BLUE, "circle"),
    "failed": (theme.RED, "cross"),
    "unknown outcome": (theme.REFUSED, "square"),
    "branch taken": (theme.GREEN, "diamond"),
    "branch not taken": (theme.REFUSED, "diamond"),
}
START, END = "starts_ms", "ends_ms"


def waterfall(steps: Rows) -> Chart:
    """Return every step from its start to its end, by the time it started.

    ``steps`` have a name of their own, starts_ms and ends_ms since the start of the
    first one (ends_ms null where the duration is unknown), outcome (see OUTCOMES) and
    detail, which is written beside it. Steps without starts_ms are counted only.
    """
    timed, untimed = split(steps, START)
    if not timed:
        return nothing(TITLE, "No step of this operation has a time.")
    shown = timed[:MOST_STEPS]
    names = [row["step"] for row in shown]
    y = names_axis("step", names, offset=6)
    layers = [*_spans(shown, y), _starts(shown, y), *_details(shown, y)]
    body = {"width": 420, "height": {"step": STEP}, "layer": layers}
    failed = sum(row["outcome"] == "failed" for row in timed)
    left = len(timed) - len(shown)
    first = f"the first {MOST_STEPS} of {len(timed):,} steps are drawn"
    out = f"steps without a time, not drawn: {len(untimed):,}"
    said = [*([first] if left else []), *([out] if untimed else [])]
    alt = (
        f"{counted(len(timed), 'step')} by the time they started, of which "
        f"{failed:,} failed"
        + (f"; the first {MOST_STEPS} are drawn" if left else "")
        + (f"; steps without a time: {len(untimed):,}" if untimed else "")
        + f". First: {names[0]}; last: {timed[-1]['step']}."
    )
    return Chart(TITLE, alt, with_lines_below(body, said))


def _x(field: str) -> Spec:
    title = "ms since the start of the first step"
    return axis(field, title, scale={"zero": True, "nice": True})


def _colour() -> Spec:
    """Return the encoding of outcomes by colour, the legend that of the shapes too."""
    colours = [colour for colour, _ in OUTCOMES.values()]
    scale = {"domain": list(OUTCOMES), "range": colours}
    wide = {"title": None, "columns": 3, "symbolOpacity": 1}
    return axis("outcome", "", "nominal", scale=scale, legend=wide)


def _spans(rows: Rows, y: Spec) -> list[Spec]:
    """Return a bar for each step whose duration is known."""
    lasting, _ = split(rows, END)
    mark = {"type": "bar", "height": 8, "opacity": 0.45}
    columns = ("step", START, END, "outcome")
    at = {"y": y, "x": _x(START), "x2": {"field": END}, "color": _colour()}
    return [layer(lasting, columns, mark, **at)] if lasting else []


def _starts(rows: Rows, y: Spec) -> Spec:
    """Return a mark at the start of each step, whose shape tells its outcome."""
    shapes = {"domain": list(OUTCOMES), "range": [one for _, one in OUTCOMES.values()]}
    shape = axis("outcome", "", "nominal", scale=shapes)
    mark = {"type": "point", "filled": True, "size": 60}
    at = {"y": y, "x": _x(START), "color": _colour(), "shape": shape}
    return layer(rows, ("step", START, "outcome"), mark, **at)


def _details(rows: Rows, y: Spec) -> list[Spec]:
    """Return what is known of a step beside its line: duration, error, condition."""
    said = [row for row in rows if _is_said(row)]
    mark = {"type": "text", "align": "left", "x": 432, "limit": 240}
    detail = {"field": "detail", "type": "nominal"}
    at = {"y": y, "text": detail}
    return [layer(said, ("step", "detail"), mark, **at)] if said else []


def _is_said(row: Row) -> bool:
    return bool(row["detail"])

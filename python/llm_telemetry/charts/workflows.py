"""Charts of workflows: whole paths, branches by day, and failures of tools."""

from llm_telemetry.charts import theme
from llm_telemetry.charts.days import ABOVE, DAY, crosses, days_axis
from llm_telemetry.charts.forest import STEP, Forest
from llm_telemetry.charts.spec import (
    MOST_MEMBERS,
    PLAIN,
    Chart,
    Row,
    Rows,
    Spec,
    axis,
    counted,
    layer,
    names_axis,
    not_drawn,
    nothing,
    split,
    spoken,
    top,
)

SHARE = {"format": "%", "tickCount": 3}


def paths(rows: Rows) -> Chart:
    """Return how many workflows took each path, most first.

    ``rows`` have path (its steps in words), workflows and share (of all workflows);
    the last may be what the others are together.
    """
    title = "Most frequent paths"
    if not rows:
        return nothing(title, "No workflow has recorded a branch decision yet.")
    letters = {"labelLimit": 360, "labelExpr": theme.shortened(letters=56)}
    y = names_axis("path", [row["path"] for row in rows], **letters)
    x = axis("workflows", "workflows (traces with a branch decision)")
    x |= {"scale": {"zero": True}, "axis": {"format": PLAIN, "tickCount": 5}}
    at = {"y": y, "x": x}
    bar = {"type": "bar", "color": theme.BLUE, "height": 12}
    said = "format(datum.workflows, ',') + ' (' + format(datum.share, '.1%') + ')'"
    text = {"type": "text", "align": "left", "dx": 4, "text": {"expr": said}}
    columns = ("path", "workflows", "share")
    layers = [layer(rows, columns, mark, **at) for mark in (bar, text)]
    first = rows[0]
    alt = (
        f"{counted(len(rows), 'path')} by the workflows that took them. Most took: "
        f"{first['path']} ({first['workflows']:,}, {first['share']:.1%})."
    )
    return Chart(title, alt, {"width": 300, "height": {"step": STEP}, "layer": layers})


def tool_failures(rows: Rows) -> Chart:
    """Return the failure rate of each tool in each use case, with its interval.

    ``rows`` have tool, tool_calls, known_outcomes, failure_rate, failure_rate_low and
    failure_rate_high.
    """
    title = "Failure rate of tools by use case"
    if not rows:
        return nothing(title, "No tool call has been recorded yet.")
    chosen, others = top(rows, by="tool_calls")
    shown: list[Row] = [
        {**row, "why": None if row["known_outcomes"] else "no known outcome"}
        for row in chosen
    ]
    plot = Forest(
        "tool", "failure_rate", "failures per tool call (95 % interval)", form=".2%"
    )
    left = not_drawn(others, "marts.tools_by_day")
    known = [row for row in shown if row["why"] is None]
    worst = max(known, key=lambda row: row["failure_rate"], default=None)
    alt = (
        f"Failures per tool call of {counted(len(shown), 'tool')} by use case, with "
        "95 % intervals. "
        + (
            f"Highest: {worst['tool']}, {spoken(worst['failure_rate'])}."
            if worst
            else "No outcome is known."
        )
    )
    return Chart(title, alt, plot.layers(shown, others=left))


def branches(rows: Rows, zone: str) -> Chart:
    """Return how often each branch was taken, by day, a panel for each branch.

    ``rows`` have branch, interaction_date, decisions, taken_share, taken_share_low and
    taken_share_high, by branch and day; ``zone`` is the time zone of the days.
    """
    title = "Branches taken by day"
    if not rows:
        return nothing(title, "No branch decision has been recorded yet.")
    by_branch: dict[str, list[Row]] = {}
    for row in rows:
        by_branch.setdefault(row["branch"], []).append(row)
    chosen = list(by_branch)[:MOST_MEMBERS]
    panels = [
        _branch(by_branch[name], name, zone if name == chosen[-1] else "")
        for name in chosen
    ]
    others = len(by_branch) - len(chosen)
    days = [str(row[DAY])[:10] for row in rows]
    alt = (
        f"Share of decisions in which each of {counted(len(chosen), 'branch')} was "
        f"taken, with 95 % intervals, from {min(days)} to {max(days)}"
        + (f"; {not_drawn(others)}." if others else ".")
    )
    return Chart(title, alt, {"vconcat": panels})


def _branch(rows: Rows, name: str, zone: str) -> Spec:
    """Return the share of one branch by day, days without a decision as a cross."""
    known, unknown = split(rows, "taken_share")
    shown: Spec = {**ABOVE, **SHARE}
    y = axis("taken_share", f"{theme.short(name)}: share taken", axis=shown)
    y["scale"] = {"domain": [0, 1]}
    x = days_axis("business day", zone)
    low, high = "taken_share_low", "taken_share_high"
    rule = {"type": "rule", "color": theme.BLUE, "opacity": 0.4, "strokeWidth": 2}
    point = {"type": "point", "filled": True, "size": 16, "color": theme.BLUE}
    line = {"type": "line", "color": theme.BLUE, "strokeWidth": 1}
    span = {"y": {**y, "field": low}, "y2": {"field": high}}
    layers = [
        *([layer(known, (DAY, low, high), rule, x=x, **span)] if known else []),
        *([layer(known, (DAY, "taken_share"), line, x=x, y=y)] if known else []),
        *([layer(known, (DAY, "taken_share"), point, x=x, y=y)] if known else []),
        *crosses(unknown, x, "no known decision that day"),
    ]
    return {"width": theme.WIDTH, "height": 50, "layer": layers}

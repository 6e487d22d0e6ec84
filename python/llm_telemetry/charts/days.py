"""Charts over days: health, and how fast budgets are spent."""

from llm_telemetry.charts import theme
from llm_telemetry.charts.spec import (
    CROSS,
    PLAIN,
    Chart,
    Rows,
    Spec,
    axis,
    counted,
    day,
    layer,
    note,
    nothing,
    rule_at,
    split,
    spoken,
    values,
)

DAY = "interaction_date"
# column, title with the unit, form of the mark, and what is missing where it is null
PANELS = (
    ("interactions", "interactions", "bar", "interactions"),
    ("failure_rate", "failure rate of operations", "point", "known outcome"),
    ("sla_breach_rate", "SLA breach rate", "point", "measured latency"),
    ("p95_latency_ms", "p95 latency, ms", "point", "measured latency"),
    ("cost_usd", "cost, USD", "bar", "known cost"),
)
BUDGETS = {"failures": theme.RED, "sla": theme.PURPLE, "cost": theme.BLUE}
SMOOTHED = {"failure_rate": "failures", "sla_breach_rate": "sla"}
WEEK = 7
# the title stands above the panel, where it is read without turning the head
ABOVE = {
    "titleAngle": 0,
    "titleAlign": "left",
    "titleY": -7,
    "titleX": 0,
    "titleAnchor": "start",
    "titleBaseline": "bottom",
}
COMPLETE = "is_complete_window"


def health(by_day: Rows, burn: Rows, zone: str) -> Chart:
    """Return traffic, failures, latency and cost of each day.

    ``by_day`` are rows of health_by_day and ``burn`` of budget_burn, whose rates of
    seven days are the lines; ``zone`` is the time zone of the days.
    """
    title = "Health by day"
    if not by_day:
        return nothing(title, "No day of traffic yet.")
    week = [row for row in burn if row["window_days"] == WEEK]
    panels = [
        _panel(
            by_day,
            [row for row in week if row["budget"] == SMOOTHED.get(column)],
            (column, words, form, missing),
            zone if place == len(PANELS) - 1 else "",
        )
        for place, (column, words, form, missing) in enumerate(PANELS)
    ]
    first, last = (str(by_day[place][DAY])[:10] for place in (0, -1))
    alt = (
        f"{counted(len(by_day), 'day')} from {first} to {last}: interactions, failure "
        "rate, SLA breach rate, p95 latency and cost of each day. Lines are rates of "
        "seven days, dashed lines what the budgets allow."
    )
    return Chart(title, alt, {"vconcat": panels})


def _panel(rows: Rows, week: Rows, what: tuple[str, ...], zone: str) -> Spec:
    """Return one measure by day, the axis of days below the last one only."""
    column, words, form, missing = what
    known, unknown = split(rows, column)
    share = {"format": "%"} if column.endswith("_rate") else {"format": PLAIN}
    x = days_axis("business day", zone)
    shown = {**ABOVE, "tickCount": 3, **share}
    y = axis(column, words, axis=shown, scale={"zero": True})
    mark: Spec = (
        {"type": "bar", "color": theme.BLUE, "width": {"band": 0.8}}
        if form == "bar"
        else {"type": "point", "filled": True, "size": 14, "color": theme.REFUSED}
    )
    if form == "bar":
        x = {**x, "timeUnit": "utcyearmonthdate"}
    layers: list[Spec] = [
        {
            "data": values(known or rows, DAY, column),
            "mark": mark,
            "encoding": {"x": x, "y": y},
        },
        *_week(week, x, y, column),
        *crosses(unknown, x, f"no {missing} that day"),
    ]
    return {"width": theme.WIDTH, "height": 62, "layer": layers}


def _week(rows: Rows, x: Spec, y: Spec, column: str) -> list[Spec]:
    """Return the rate of seven days, and what the budget allows."""
    known, _ = split([row for row in rows if row[COMPLETE]], "rate")
    if not known:
        return []
    colour = BUDGETS[SMOOTHED[column]]
    line = {
        "data": values(known, DAY, "rate"),
        "mark": {"type": "line", "color": colour, "strokeWidth": 2},
        "encoding": {"x": x, "y": {**y, "field": "rate"}},
    }
    allowed = rule_at({"y": {**y, "field": "budget_rate"}})
    return [line, {**allowed, "data": values(known[-1:], "budget_rate")}]


def crosses(rows: Rows, x: Spec, why: str, *columns: str) -> list[Spec]:
    """Return a grey cross on each day without a value, and what it means.

    ``columns`` are what a cross is shown with, beside its day.
    """
    if not rows:
        return []
    grey = {**CROSS, "size": 22, "y": "height", "color": theme.REFUSED}
    return [layer(rows, (DAY, *columns), grey, x=x), note(f"\u00d7 {why}")]


def burn(rows: Rows, zone: str) -> Chart:
    """Return how fast each budget is spent over seven days; 1 spends it exactly.

    ``rows`` are those of budget_burn. The band is what missing values could change.
    """
    title = "How fast the budgets are spent"
    week = [row for row in rows if row["window_days"] == WEEK]
    if not week:
        return nothing(title, "No day of traffic yet: no budget is spent.")
    names = [name for name in BUDGETS if any(row["budget"] == name for row in week)]
    panels = [
        _burn(
            [row for row in week if row["budget"] == name],
            name,
            zone if name == names[-1] else "",
        )
        for name in names
    ]
    last = [row for row in week if row[DAY] == week[-1][DAY]]
    said = ", ".join(
        f"{row['budget']} "
        + (
            "unknown"
            if row["burn_rate"] is None
            else f"{spoken(row['burn_rate'])} times"
        )
        for row in last
    )
    alt = (
        "Burn rate of seven days by day, as a multiple of each budget, with the bounds "
        f"that missing values leave. On the last day: {said}."
    )
    return Chart(title, alt, {"vconcat": panels})


def _burn(rows: Rows, name: str, zone: str) -> Spec:
    """Return the burn of one budget, incomplete windows in grey."""
    known, unknown = split(rows, "burn_rate")
    bounded, _ = split(known, "burn_rate_low")
    complete = [row for row in known if row[COMPLETE]]
    early = [row for row in known if not row[COMPLETE]]
    x = days_axis("last business day of the window", zone)
    words = f"{name}: burn rate over 7 days, multiple of the budget"
    y = axis("burn_rate", words, axis={**ABOVE, "tickCount": 3}, scale={"zero": True})
    low, high = "burn_rate_low", "burn_rate_high"
    area = {"type": "area", "color": BUDGETS[name], "opacity": 0.25}
    line = {"type": "line", "color": BUDGETS[name], "point": len(complete) == 1}
    point = {"type": "point", "filled": True, "size": 14, "color": theme.REFUSED}
    span = {"y": {**y, "field": low}, "y2": {"field": high}}
    layers = [
        rule_at({"y": {"datum": 1, "type": "quantitative"}}),
        *([layer(bounded, (DAY, low, high), area, x=x, **span)] if bounded else []),
        *([layer(complete, (DAY, "burn_rate"), line, x=x, y=y)] if complete else []),
        *([layer(early, (DAY, "burn_rate"), point, x=x, y=y)] if early else []),
    ]
    why = [note("grey: the data do not reach back 7 days")] if early else []
    layers += crosses(unknown, x, "nothing was measured in the 7 days") or why
    return {"width": theme.WIDTH, "height": 62, "layer": layers}


def days_axis(words: str = "", zone: str = "") -> Spec:
    """Return the axis of days; without a zone, that of a panel above another one."""
    x = day(DAY, f"{words}, {zone}" if zone else "")
    if not zone:
        x["axis"] = {**x["axis"], "labels": False, "title": None, "ticks": False}
    return x

"""Charts of cost: what drove it from one period to the next, and where it goes."""

from llm_telemetry.charts import theme
from llm_telemetry.charts.spec import (
    Chart,
    Row,
    Rows,
    Spec,
    axis,
    day,
    nothing,
    spoken,
    values,
)

ORDER = ("volume", "mix", "tokens", "price", "retries")
BEFORE, AFTER = "day_cost_before_usd", "day_cost_after_usd"
CHANGE = "change_usd_per_day"
# the median and its interval, known all three or not at all
FORECAST = ("forecast_usd", "forecast_low_usd", "forecast_high_usd")


def drivers(rows: Rows) -> Chart:
    """Return the cost of a day of history, and what led to that of the evaluation.

    ``rows`` are those of cost_drivers; of weeks, the last two, where the windows are
    not compared.
    """
    title = "What drove the cost of a day"
    compared = _last(rows)
    if not compared:
        return nothing(title, "No two periods with a known cost to compare yet.")
    first, last = compared[0], compared[-1]
    unit = "cost of a day at full traffic, USD"
    steps = ["earlier", *(row["driver"] for row in compared), "later"]
    x = axis("step", "", "nominal", scale={"domain": steps}, sort=None)
    days = ("earlier_starts_on", "earlier_ends_on", "later_starts_on", "later_ends_on")
    since, until, from_day, to_day = (str(first[name])[:10] for name in days)
    periods = f"earlier: {since} to {until}; later: {from_day} to {to_day}"
    x |= {"title": periods, "axis": {"labelAngle": 0, "ticks": False}}
    # a period is a bar from nothing, a driver one from where the one before it ends
    ends: list[Row] = [
        {"step": "earlier", BEFORE: first[BEFORE]},
        {"step": "later", AFTER: last[AFTER]},
    ]
    bars = [
        *_period([ends[0]], x, BEFORE, unit),
        *_period([ends[1]], x, AFTER, unit),
    ]
    for is_up, colour in ((True, theme.RED), (False, theme.GREEN)):
        of = [row for row in compared if (row[CHANGE] >= 0) == is_up]
        bars += _steps(of, x, unit, colour) if of else []
    alt = (
        f"A day cost {spoken(first[BEFORE], 4)} USD from {since} to {until} and "
        f"{spoken(last[AFTER], 4)} USD from {from_day} to {to_day}: "
        + ", ".join(
            f"{row['driver']} {spoken(row[CHANGE], sign='+')}" for row in compared
        )
        + "."
    )
    return Chart(title, alt, {"width": 520, "height": 200, "layer": bars})


def _last(rows: Rows) -> list[Row]:
    """Return the drivers of one comparison in their order."""
    windows = [row for row in rows if row["comparison"] == "history_to_evaluation"]
    latest = max((row["later_starts_on"] for row in rows), default=None)
    chosen = windows or [row for row in rows if row["later_starts_on"] == latest]
    return sorted(chosen, key=lambda row: ORDER.index(row["driver"]))


def _bar(rows: Rows, x: Spec, column: str, unit: str, colour: str) -> Spec:
    y = axis(column, unit, scale={"zero": True}, stack=None)
    return {
        "data": values(rows, "step", column),
        "mark": {"type": "bar", "color": colour, "width": {"band": 0.7}},
        "encoding": {"x": x, "y": y},
    }


def _period(rows: Rows, x: Spec, column: str, unit: str) -> list[Spec]:
    """Return the cost of a day of a period, with the number above it."""
    bar = _bar(rows, x, column, unit, theme.MUTED)
    text = {"field": column, "type": "quantitative", "format": ",.4~r"}
    return [
        bar,
        {
            "data": values(rows, "step", column),
            "mark": {"type": "text", "dy": -7},
            "encoding": {"x": x, "y": axis(column, unit), "text": text},
        },
    ]


def _steps(rows: Rows, x: Spec, unit: str, colour: str) -> list[Spec]:
    """Return a floating bar for each driver, with its effect above it."""
    named = [{**row, "step": row["driver"]} for row in rows]
    bar = _bar([], x, BEFORE, unit, colour)
    bar["data"] = values(named, "step", BEFORE, AFTER)
    bar["encoding"]["y2"] = {"field": AFTER}
    text = {"field": CHANGE, "type": "quantitative", "format": "+,.3~r"}
    words = {
        "data": values(named, "step", AFTER, CHANGE),
        "mark": {"type": "text", "dy": -7 if colour == theme.RED else 9},
        "encoding": {"x": x, "y": axis(AFTER, unit), "text": text},
    }
    return [bar, words]


def forecast(rows: Rows, zone: str) -> Chart:
    """Return the month's cost to date, its forecast with the interval, the budget.

    ``rows`` are those of cost_forecast, at most one.
    """
    title = "The month's cost and its forecast"
    if not rows:
        return nothing(title, "No call has a time yet: there is no month to forecast.")
    row = rows[0]
    x = day("day", f"business day, {zone}")
    unit = "cost of the month, USD"
    layers = [*_budget(row, x, unit), *_to_date(row, x, unit), *_fan(row, x, unit)]
    known = row["month_to_date_usd"]
    cash = "unknown" if known is None else f"{spoken(known, 4)} USD"
    ahead = "no forecast, the history is too short"
    if _has_forecast(row):
        middle, low, high = (spoken(row[name], 4) for name in FORECAST)
        ahead = f"{middle} USD (90 % interval {low} to {high})"
    budget = spoken(row["budget_usd"], 4)
    alt = (
        f"Cost of the month up to {str(row['as_of_date'])[:10]}: {cash}; by "
        f"{str(row['ends_on'])[:10]}: {ahead}; budget {budget} USD."
    )
    return Chart(title, alt, {"width": 520, "height": 180, "layer": layers})


def _has_forecast(row: Row) -> bool:
    return all(row[name] is not None for name in FORECAST)


def _budget(row: Row, x: Spec, unit: str) -> list[Spec]:
    ends = [
        {"day": row[end], "budget_usd": row["budget_usd"]}
        for end in ("starts_on", "ends_on")
    ]
    y = axis("budget_usd", unit, scale={"zero": True})
    line = {"type": "line", "color": theme.MUTED, "strokeDash": [4, 3]}
    words = {"type": "text", "text": "budget", "align": "left", "dy": -6, "dx": 2}
    return [
        {"data": {"values": ends}, "mark": line, "encoding": {"x": x, "y": y}},
        {
            "data": {"values": ends[:1]},
            "mark": {**words, "fill": theme.MUTED},
            "encoding": {"x": x, "y": y},
        },
    ]


def _to_date(row: Row, x: Spec, unit: str) -> list[Spec]:
    """Return the cost so far, or a grey cross where it is unknown."""
    cost = "month_to_date_usd"
    if row[cost] is None:
        return [_cross({"day": row["as_of_date"]}, x, "no known cost this month")]
    point = {"type": "point", "filled": True, "size": 60, "color": theme.BLUE}
    words = {"type": "text", "text": "to date", "align": "right", "dx": -8}
    data = {"values": [{"day": row["as_of_date"], cost: row[cost]}]}
    encoding = {"x": x, "y": axis(cost, unit)}
    return [
        {"data": data, "mark": mark, "encoding": encoding} for mark in (point, words)
    ]


def _fan(row: Row, x: Spec, unit: str) -> list[Spec]:
    """Return the interval widening to the end of the month, and its median."""
    middle, low, high = FORECAST
    if not _has_forecast(row):
        return [_cross({"day": row["ends_on"]}, x, "no forecast: too little history")]
    cost = row["month_to_date_usd"]
    end = {"day": row["ends_on"], **{name: row[name] for name in (low, high, middle)}}
    known = cost is not None
    start = [{"day": row["as_of_date"], **dict.fromkeys((low, high, middle), cost)}]
    fan = {"values": [*(start if known else []), end]}
    area = {"type": "area", "color": theme.BLUE, "opacity": 0.25}
    line = {"type": "line", "color": theme.BLUE, "strokeDash": [6, 3]}
    span = {"y": axis(low, unit), "y2": {"field": high}, "x": x}
    point = {"type": "point", "filled": True, "size": 60, "color": theme.BLUE}
    rule = {"type": "rule", "color": theme.BLUE, "strokeWidth": 2}
    at = {"x": x, "y": axis(middle, unit)}
    return [
        {"data": fan, "mark": area, "encoding": span},
        {"data": fan, "mark": line, "encoding": at},
        {"data": {"values": [end]}, "mark": rule, "encoding": span},
        {"data": {"values": [end]}, "mark": point, "encoding": at},
    ]


def _cross(data: Row, x: Spec, why: str) -> Spec:
    mark = {"type": "text", "text": f"\u00d7 {why}", "align": "right", "y": 90}
    return {
        "data": {"values": [dict(data)]},
        "mark": {**mark, "fill": theme.REFUSED},
        "encoding": {"x": x},
    }

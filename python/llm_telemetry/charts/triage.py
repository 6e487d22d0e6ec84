"""Charts of triage: whether the scores are calibrated, and what a threshold costs."""

from collections.abc import Mapping
from typing import Any

from llm_telemetry.charts import theme
from llm_telemetry.charts.spec import (
    PLAIN,
    Chart,
    Rows,
    axis,
    counted,
    layer,
    note,
    nothing,
    rule_at,
    spoken,
)

TRIVIAL = {"review_all": "review all", "review_none": "review none"}
SIDE = 260


def calibration(bins: Rows) -> Chart:
    """Return what failed against what the scores predicted, by tenth of the calls.

    ``bins`` are those of triage_threshold_policy.json.
    """
    title = "Triage: are the scores calibrated?"
    if not bins:
        return nothing(title, "No scores: too few outcomes to fit a model.")
    shown = {"format": ".1~%", "tickCount": 6}
    x = axis("expected_rate", "predicted failures per interaction", axis=shown)

    def y(field: str) -> dict[str, Any]:
        words = "observed failures per interaction (95 % interval)"
        return axis(field, words, axis=shown)

    predicted, rate = "expected_rate", "failure_rate"
    low, high = f"{rate}_low", f"{rate}_high"
    line = {"type": "line", "color": theme.MUTED, "strokeDash": [4, 3]}
    span = {"type": "rule", "color": theme.BLUE, "strokeWidth": 2}
    point = {"type": "point", "filled": True, "size": 55, "color": theme.BLUE}
    layers = [
        layer(bins, (predicted,), line, x=x, y=y(predicted)),
        layer(bins, (predicted, low, high), span, x=x, y=y(low), y2={"field": high}),
        layer(bins, (predicted, rate), point, x=x, y=y(rate)),
    ]
    last = bins[-1]
    alt = (
        f"Observed against predicted failure rate in {counted(len(bins), 'group')} of "
        "calls; the dashed line is perfect calibration. In the highest group "
        f"{spoken(last['failure_rate'])} failed where "
        f"{spoken(last['expected_rate'])} were predicted."
    )
    return Chart(title, alt, {"width": SIDE * 2, "height": SIDE, "layer": layers})


def cost(curve: Rows, policy: Mapping[str, Any]) -> Chart:
    """Return what each threshold would have cost, and the one that was chosen.

    ``curve`` are the rows of triage_threshold_curve.csv, ``policy`` the content of
    triage_threshold_policy.json.
    """
    title = "Triage: cost against the threshold"
    if not curve:
        return nothing(title, "No scores: too few outcomes to fit a model.")
    words = "expected cost of the evaluation window, USD"
    x = axis("threshold", "threshold: probability of failure from which to review")
    y = axis("expected_cost", words, scale={"zero": True}, axis={"format": PLAIN})
    columns = ("threshold", "expected_cost")
    line = {"type": "line", "color": theme.BLUE, "point": len(curve) == 1}
    over = [row for row in curve if not row["feasible"]]
    grey = {"type": "point", "filled": True, "color": theme.REFUSED, "size": 24}
    beyond = layer(over, columns, grey, x=x, y=y)
    chosen = policy.get("threshold", {}).get("stream")
    layers = [
        *_trivial(policy, y),
        layer(curve, columns, line, x=x, y=y),
        *([beyond, note("grey: more reviews than the capacity", y=14)] if over else []),
        *_chosen(chosen, x),
    ]
    least = min(curve, key=lambda row: row["expected_cost"])
    rule = (
        "no rule was chosen"
        if chosen is None
        else f"the rule reviews from {spoken(chosen)}"
    )
    alt = (
        "Expected cost of the evaluation window by threshold of review, least "
        f"{spoken(least['expected_cost'], 4)} USD at {spoken(least['threshold'])}; "
        f"{rule}; the verdict is {policy.get('verdict')}."
    )
    return Chart(title, alt, {"width": SIDE * 2, "height": 200, "layer": layers})


def _chosen(threshold: float | None, x: dict[str, Any]) -> list[dict[str, Any]]:
    if threshold is None:
        return [note("no threshold was chosen")]
    mark = {"type": "text", "text": "threshold of the rule", "align": "left"}
    place = {"field": "stream", "type": "quantitative", "title": x["title"]}
    data = {"values": [{"stream": threshold}]}
    rule = {"type": "rule", "color": theme.RED, "strokeWidth": 2}
    return [
        {"data": data, "mark": rule, "encoding": {"x": place}},
        {
            "data": data,
            "mark": {**mark, "dx": 4, "y": 190, "fill": theme.TEXTS[theme.RED]},
            "encoding": {"x": place},
        },
    ]


def _trivial(policy: Mapping[str, Any], y: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a line for reviewing all and one for none, named at opposite ends."""
    rows = [row for row in policy.get("policies", []) if row["policy"] in TRIVIAL]
    layers = []
    for row in rows:
        data = {"values": [{"expected_cost": row["expected_cost"]}]}
        is_left = row["policy"] == "review_all"
        words = {
            "type": "text",
            "text": TRIVIAL[row["policy"]],
            "x": SIDE if is_left else SIDE * 2 - 2,
            "align": "left" if is_left else "right",
            "dy": -6,
            "fill": theme.MUTED,
        }
        layers += [
            {**rule_at({"y": y}), "data": data},
            {"data": data, "mark": words, "encoding": {"y": y}},
        ]
    return layers

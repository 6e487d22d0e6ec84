"""Forest plots of decisions: slices, routing by estimator and by use case, drift."""

from llm_telemetry.charts import theme
from llm_telemetry.charts.forest import STEP, Forest
from llm_telemetry.charts.spec import (
    MOST_MEMBERS,
    Chart,
    Row,
    Rows,
    Spec,
    axis,
    counted,
    layer,
    not_drawn,
    nothing,
    split,
    spoken,
    top,
)

# verdicts of a slice that were refused, in words
NOT_JUDGED = {
    "insufficient_support": "too few calls to judge",
    "no_complement": "no other calls to compare with",
    "unmeasured": "nothing measured",
}
METRICS = {
    "failure": ("failure_rate", "failures", "Failure rate of slices"),
    "sla": ("sla_breach_rate", "SLA breaches", "SLA breach rate of slices"),
}
ESTIMATED = "unit_cost_delta"
DOLLARS = "change in cost, USD per interaction (95 % interval)"
DRIFT = {
    "drifted significantly": theme.RED,
    "no drift found": theme.BLUE,
    "undecided: too few data, or not comparable": theme.REFUSED,
}
SHAPES = {"history_to_evaluation": "circle", "reference_to_current": "triangle-up"}


def of_rates(label: str, metric: str) -> Forest:
    """Return the plot of a rate beside that of all other calls, by slice or model.

    ``metric`` is failure or sla.
    """
    column, events, _ = METRICS[metric]
    title = f"{events} per interaction (95 % interval); grey tick: all other calls"
    return Forest(label, column, title, same=f"complement_{column}", form=".2%")


def slices(ranked: Rows, metric: str, total: int) -> Chart:
    """Return the rate of the leading slices beside that of all other calls.

    ``ranked`` are the first rows of risk_slices by rank, ``total`` is how many there
    are; ``metric`` is failure or sla.
    """
    column, events, title = METRICS[metric]
    if not ranked:
        return nothing(title, "No slice has a call with a known outcome yet.")
    shown = [
        {**row, "why": NOT_JUDGED.get(row[f"{metric}_verdict"])}
        | ({} if row[column] is not None else {"why": NOT_JUDGED["unmeasured"]})
        for row in ranked
    ]
    left = not_drawn(total - len(ranked), "marts.risk_slices")
    body = of_rates("slice", metric).layers(shown, others=left)
    first = shown[0]
    alt = (
        f"The {len(shown)} leading of {counted(total, 'slice')} with their {events} "
        f"per interaction, 95 % intervals, and the rate of all other calls. First: "
        f"{first['slice']}{_said(first, column)}."
    )
    return Chart(title, alt, body)


def _said(row: Row, column: str) -> str:
    return "" if row[column] is None else f", {spoken(row[column])}"


def estimators(backtest: Rows) -> Chart:
    """Return what every estimator says of every policy, against the baseline.

    ``backtest`` are the rows of routing_backtest.csv.
    """
    title = "Routing: policy against baseline, by estimator"
    rows = [
        {
            **row,
            "name": f"{row['policy']}: {str(row['estimator']).replace('_', ' ')}",
            "why": None if row[ESTIMATED] is not None else "not estimated",
        }
        # the policy that would be shipped first
        for row in sorted(backtest, key=lambda row: row["policy"] != "shippable")
        if row["policy"] != "baseline"
    ]
    if not rows:
        return nothing(title, "No estimate: the calls cannot be compared fairly.")
    alt = (
        "Change in cost per interaction compared with the baseline, failures and SLA "
        f"breaches at their prices, with 95 % intervals: {_sentence(rows, 'name')}."
    )
    return Chart(title, alt, Forest("name", ESTIMATED, DOLLARS).layers(rows))


def use_cases(policy: Rows) -> Chart:
    """Return the change per use case; grey with its reason where nothing is routed.

    ``policy`` are the rows of routing_policy_use_case.csv.
    """
    title = "Routing: change per use case"
    if not policy:
        return nothing(title, "No use case has calls to route.")
    chosen, others = top(policy, by="requests")
    rows = [{**row, "why": _why(row)} for row in chosen]
    left = not_drawn(others, "routing_policy_use_case.csv")
    body = Forest("use_case", ESTIMATED, DOLLARS).layers(rows, others=left)
    alt = (
        "Change in cost per interaction of the proposed model compared with today's, "
        f"with 95 % intervals: {_sentence(rows, 'use_case')}."
    )
    return Chart(title, alt, body)


def _why(row: Row) -> str | None:
    if row["recommendation"] != "keep_baseline" and row[ESTIMATED] is not None:
        return None
    return (row["reasons"] or "not_routed").replace("_", " ")


def _sentence(rows: Rows, name: str) -> str:
    return "; ".join(
        f"{row[name]} "
        + (spoken(row[ESTIMATED]) if row["why"] is None else f"({row['why']})")
        for row in rows
    )


def drift(rows: Rows) -> Chart:
    """Return how far each feature moved; grey where that could not be decided.

    ``rows`` are those of the mart drift.
    """
    title = "Drift of the features"
    if not rows:
        return nothing(title, "No two windows to compare yet.")
    furthest = sorted(rows, key=lambda row: -(row["psi"] or 0))
    features = list(dict.fromkeys(row["feature"] for row in furthest))
    shown = features[: MOST_MEMBERS + 2]
    known, unknown = split([row for row in furthest if row["feature"] in shown], "psi")
    y: Spec = axis("feature", "", "nominal", sort=None)
    y |= {"scale": {"domain": shown}, "axis": {"title": None, "ticks": False}}
    layers = [*_moved(known, y), *_not_compared(unknown, y)]
    moved = [row for row in rows if row["verdict"] == "drift"]
    alt = (
        f"PSI of {len(shown)} of {counted(len(features), 'feature')} between windows; "
        f"{len(moved)} of {counted(len(rows), 'comparison')} drifted significantly."
    )
    body = {"width": 520, "height": {"step": STEP}, "layer": layers}
    return Chart(title, alt, body)


def _moved(rows: Rows, y: Spec) -> list[Spec]:
    """Return a point for each comparison, in the colour of its verdict."""
    if not rows:
        return []
    points = [{**row, "shown_as": _shown_as(row)} for row in rows]
    colours = {"domain": list(DRIFT), "range": list(DRIFT.values())}
    shapes = {"domain": list(SHAPES), "range": list(SHAPES.values())}
    wide = {"legend": {"labelLimit": 300, "titleLimit": 200}}
    return [
        layer(
            points,
            ("feature", "psi", "window_pair", "shown_as"),
            {"type": "point", "filled": True, "size": 55},
            x=axis("psi", "population stability index (PSI)", scale={"zero": True}),
            y=y,
            color=axis("shown_as", "verdict", "nominal", scale=colours, **wide),
            shape=axis("window_pair", "windows", "nominal", scale=shapes, **wide),
        )
    ]


def _not_compared(rows: Rows, y: Spec) -> list[Spec]:
    """Return why features have no statistic, in grey, once for both pairs."""
    said = {
        row["feature"]: f"\u00d7 {str(row['verdict']).replace('_', ' ')}"
        for row in rows
    }
    data = {"values": [{"feature": name, "why": why} for name, why in said.items()]}
    mark = {"type": "text", "align": "left", "x": 4, "fill": theme.REFUSED}
    encoding = {"y": y, "text": {"field": "why", "type": "nominal"}}
    return [{"data": data, "mark": mark, "encoding": encoding}] if rows else []


def _shown_as(row: Row) -> str:
    drifted, stable, undecided = DRIFT
    return {"drift": drifted, "no_drift": stable}.get(row["verdict"], undecided)

"""Charts of alerts: how many of them were real."""

from llm_telemetry.charts.forest import Forest
from llm_telemetry.charts.spec import Chart, Rows, not_drawn, nothing, top

FOREST = Forest(
    "rule_id",
    "real_share",
    "share of labelled alerts that were real (95 % interval)",
    form=".0%",
)


def real_shares(rows: Rows) -> Chart:
    """Return the share of real alerts of each rule; grey where nobody said.

    ``rows`` are those of alert_statistics.
    """
    title = "Were the alerts real?"
    if not rows:
        return nothing(title, "No rule has had an alert yet.")
    shown, others = top(rows, "alerts")
    reasoned = [
        {
            **row,
            "why": None
            if row["labelled"] and row["real_share"] is not None
            else "nobody said what they were",
        }
        for row in shown
    ]
    said = "; ".join(
        f"{row['rule_id']}: "
        + (str(row["why"]) if row["why"] else f"{row['real_share']:.0%} real")
        for row in reasoned
    )
    return Chart(
        title,
        f"Share of labelled alerts that were real. {said}.",
        FOREST.layers(reasoned, others=not_drawn(others, "the table")),
    )

"""What a unit costs: what to know of it, and why a member has no such figure."""

from collections.abc import Sequence

from llm_telemetry.charts import compared
from llm_telemetry.charts.members import Measure
from llm_telemetry.charts.spec import Chart, Row, Rows

CAVEATS = (
    "An operation is a request with its retries; it costs too little here where calls "
    "have no known cost. The cost of an attempt counts for its own model, an operation "
    "for the model of its final attempt: a model from which others take over seems too "
    "expensive, one that takes over too cheap."
)
# a reason of its own, as side_by_side reads it
NO_FINAL_ATTEMPT = (
    "if(sum(operations) = 0, 'no final attempt', null) as usd_per_1000_operations_why"
)


def side_by_side(title: str, rows: Rows, measures: Sequence[Measure]) -> Chart:
    """Return a forest plot for each measure, one below the other.

    Why a row has no value of a measure, it may say itself in ``<column>_why``.
    """
    if not rows:
        return compared.side_by_side(title, rows, measures)
    plots = [
        compared.forest("", [{**row, "why": _why(row, one)} for row in rows], one)
        for one in measures
    ]
    body = {"vconcat": [plot.body for plot in plots], "spacing": 26}
    return Chart(title, " ".join(plot.alt for plot in plots), body)


def _why(row: Row, measure: Measure) -> str | None:
    if row[measure.column] is not None:
        return None
    return row.get(f"{measure.column}_why") or measure.missing

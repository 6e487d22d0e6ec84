"""Charts of failures: of which kind they are."""

from llm_telemetry.charts import theme
from llm_telemetry.charts.spec import (
    PLAIN,
    Chart,
    Rows,
    axis,
    counted,
    layer,
    names_axis,
    nothing,
    top,
)

KIND = "failure_type"
STEP = 22


def kinds(rows: Rows) -> Chart:
    """Return how many failed attempts are of each type.

    ``rows`` are those of failure_types, in the order to draw.
    """
    title = "Failed attempts, by type"
    if not rows:
        return nothing(title, "No attempt is known to have failed.")
    shown, others = top(rows, "interactions")
    y = names_axis(KIND, [row[KIND] for row in shown])
    form = {"tickCount": 6, "format": PLAIN}
    x = axis("interactions", "failed attempts", axis=form, scale={"zero": True})
    columns = (KIND, "interactions")
    bar = {"type": "bar", "color": theme.RED, "height": {"band": 0.7}}
    text = {"type": "text", "align": "left", "dx": 4}
    number = {"field": "interactions", "type": "quantitative", "format": ","}
    layers = [
        layer(shown, columns, bar, x=x, y=y),
        layer(shown, columns, text, x=x, y=y, text=number),
    ]
    said = "; ".join(f"{row[KIND]}: {row['interactions']:,}" for row in shown)
    left = f"; {counted(others, 'other type')} in the table" if others else ""
    body = {"width": theme.WIDTH, "height": {"step": STEP}, "layer": layers}
    return Chart(title, f"Failed attempts by type: {said}{left}.", body)

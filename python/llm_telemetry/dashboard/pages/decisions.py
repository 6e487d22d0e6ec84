"""What was decided, and why."""

from llm_telemetry.charts import days
from llm_telemetry.dashboard import filters, marts, show

TITLE = "What was decided, and why?"


def draw() -> None:
    """Draw health by day."""
    where, parameters = filters.chosen().where([filters.DAY])
    show.ignored(filters.chosen().ignored([filters.DAY]))
    rows = marts.rows(
        f"select * from marts.health_by_day where {where} order by interaction_date",
        **parameters,
    )
    show.chart(days.health(rows, [], "UTC"))
    show.table(rows, "health_by_day")

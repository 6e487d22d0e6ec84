"""Where it breaks: slices and models that are worse than all other calls."""

from typing import Any

import streamlit as st

from llm_telemetry.charts import slices
from llm_telemetry.charts.spec import counted
from llm_telemetry.dashboard import filters, marts, show

TITLE = "Where does it break, and what explains it?"
DIMENSIONS = (
    *("use_case", "account_tier", "channel", "region", "segment"),
    *("model_provider", "model_name"),
)
FIXED = ("use_case", "model_provider", "model_name")
MOST_DRAWN = 12
# what a person looks at: the metric of the mart, and the calls that Explore shows
LOOKS = {
    "failures": ("failure", {"status": "failed"}),
    "SLA breaches": ("sla", {"sla": "breached"}),
}
FIGURES = {
    "interactions": ("interactions", "count"),
    "failure rate": ("failure_rate", "rate"),
    "SLA breach rate": ("sla_breach_rate", "rate"),
}
LOSS = {"loss": ("excess_usd", "usd")}
LABELS = {
    "risk_rank": "rank",
    "slice": "slice",
    "verdict": "verdict",
    "explained_by": "explained by",
    "interactions": "interactions",
    "failures": "failures",
    "failure_rate": "failure rate",
    "failure_rate_low": "from",
    "failure_rate_high": "to",
    "failure_q_value": "q-value of failures",
    "sla_breaches": "SLA breaches",
    "sla_breach_rate": "SLA breach rate",
    "sla_q_value": "q-value of breaches",
    "p95_latency_ms": "p95 latency, ms",
    "excess_usd": "loss, USD",
    "excess_usd_low": "loss from",
    "excess_usd_high": "loss to",
}


def draw() -> None:
    """Draw slices, models, and the way to the calls of one of them."""
    chosen = filters.chosen()
    where, parameters = chosen.where(FIXED)
    rows = marts.rows(
        f"select * from marts.risk_slices where {where} order by risk_rank",
        **parameters,
    )
    if not rows:
        show.empty("No slice has a call with a known outcome yet", "llm-telemetry run")
        return
    show.ignored(chosen.ignored(FIXED))
    look = st.segmented_control(
        "Look at", list(LOOKS), default="failures", key="look", bind="query-params"
    )
    events = look or "failures"
    metric, _ = LOOKS[events]
    leading = _leading(metric, where, parameters)
    show.chart(slices.verdicts(leading, metric, len(rows)))
    _draw_slice(rows, events)
    show.chart(slices.losses(rows[:MOST_DRAWN], len(rows)))
    show.ignored(chosen.ignored(FIXED[1:]))
    models = marts.rows(
        f"select * from marts.model_hotspots where {chosen.where(FIXED[1:])[0]} "
        "order by interactions desc, model_provider, model_name",
        **chosen.where(FIXED[1:])[1],
    )
    show.chart(slices.models(models, metric))
    st.subheader("All slices")
    show.table(rows, "risk_slices", LABELS)


def _leading(metric: str, where: str, parameters: dict[str, Any]) -> list[marts.Row]:
    """Return the slices to draw: the hotspots of the metric, then by their rank."""
    return marts.rows(
        f"select * from marts.risk_slices where {where} "
        f"order by {metric}_verdict = 'hotspot' desc, risk_rank limit {MOST_DRAWN}",
        **parameters,
    )


def _draw_slice(rows: list[marts.Row], events: str) -> None:
    """Draw what is known of one slice, and the link to its calls."""
    by_name = {row["slice"]: row for row in rows}
    # the leading ones, and the one that a link names: all would be megabytes of names
    asked = (st.query_params.get("slice"), st.session_state.get("slice"))
    leading = [
        *list(by_name)[: show.MOST_ROWS],
        *(one for one in asked if one in by_name),
    ]
    names = list(dict.fromkeys(leading))
    name = st.selectbox("Slice", names, key="slice", bind="query-params")
    if (left := len(by_name) - len(names)) > 0:
        st.caption(
            f"The file of all slices has {counted(left, 'slice')} of a lower rank."
        )
    row = by_name[name or rows[0]["slice"]]
    has_loss = row["excess_usd"] is not None
    show.figures({**FIGURES, **(LOSS if has_loss else {})}, row)
    if row["explained_by"]:
        st.text(f"Explained by the slice {row['explained_by']}")
    fixed = {column: [row[column]] for column in DIMENSIONS if row[column] is not None}
    show.link("explore", f"See its {events} in Explore", **fixed, **LOOKS[events][1])
    show.link("explore", "See all its calls in Explore", **fixed)

"""What fails: by provider and model, in what way, against the SLA, down to calls."""

from typing import Any

import streamlit as st

from llm_telemetry.charts import compared, days, failures, judged, over_days
from llm_telemetry.charts.spec import MOST_MEMBERS
from llm_telemetry.dashboard import (
    filters,
    formulas,
    marts,
    measures,
    queries,
    reading,
    show,
)

TITLE = "How reliable is it, and what fails?"
COMPLIANCE = measures.share(
    "sla_compliance_rate", "operations within the SLA", measures.UNTIMED
)
MEASURES = [measures.SUCCESSES, measures.FAILURES, COMPLIANCE]
RATES = f"{formulas.SUCCESSES}, {formulas.FAILURES}, {formulas.COMPLIANCE}"
COUNTS = (
    "sum(operations) as operations, sum(failures) as failures, "
    "sum(sla_breaches) as sla_breaches"
)
OF_SLICES = ("use_case", "model_provider", "model_name")
IN_SLICES = (*OF_SLICES, "account_tier", "channel", "region", "segment")
MOST_LINKED = 5
ALERTS = {
    "interaction_date": "day",
    "budget": "budget",
    "alert": "alert",
    "severity": "severity",
    "long_burn_rate": "burn, multiple of the budget",
    "factor": "fires at",
    "status": "status",
    "reason": "reason",
    "since": "firing since",
}


def draw() -> None:
    """Draw rates by member and day, kinds of failure, burn, and the way to calls."""
    if not marts.count("usage_by_day"):
        show.empty("No calls yet", "llm-telemetry run")
        return
    _by_member()
    _kinds()
    _burn()
    _slices()


def _by_member() -> None:
    by = reading.pick("By", queries.BY, "reliability_by")
    where, parameters = reading.condition(reading.EVERY_FILTER)
    usage, member = "marts.usage_by_day", queries.BY[by]
    whole = marts.rows(
        queries.by_member(usage, member, f"{COUNTS}, {RATES}", where), **parameters
    )
    title = f"Success, failures and SLA, by {by}"
    show.chart(compared.side_by_side(title, whole, MEASURES))
    show.table(whole, "reliability")
    weekly = marts.rows(
        queries.by_member(usage, member, RATES, where, per="week"), **parameters
    )
    drawn = [measures.FAILURES, COMPLIANCE]
    title = f"Failures and SLA by week, from its Monday on, by {by}"
    show.chart(over_days.lines(title, weekly, drawn, reading.zone(), "week"))


def _kinds() -> None:
    rows = marts.rows("select * from marts.failure_types order by interactions desc")
    show.chart(failures.kinds(rows))
    show.ignored(filters.chosen().ignored(()))
    for row in rows[:MOST_MEMBERS]:
        kind = row["failure_type"]
        label = show.escaped(f"Failed calls of the type {kind}")
        show.link("explore", label, failure_type=[kind], status="failed")
    show.table(rows, "failure_types")


def _burn() -> None:
    where, parameters = reading.condition((filters.DAY,))
    burn = marts.rows(
        f"select * from marts.budget_burn where {where} order by interaction_date",
        **parameters,
    )
    show.chart(days.burn(burn, reading.zone()))
    firing = marts.rows(
        "select * from marts.burn_alerts where status = 'firing' "
        f"and {where} order by interaction_date desc, budget, alert",
        **parameters,
    )
    if firing:
        st.subheader("Days on which a burn alert fired")
        show.table(firing, "burn_alerts", ALERTS)
    else:
        st.caption("No burn alert fired on these days.")


def _slices() -> None:
    """Draw the slices with most failures above the rest, each with its calls."""
    chosen = filters.chosen()
    where, parameters = chosen.where(OF_SLICES)
    rows = marts.rows(
        f"select * from marts.risk_slices where {where} "
        "order by failure_verdict = 'hotspot' desc, risk_rank nulls last, "
        "interactions desc, slice",
        **parameters,
    )
    show.chart(judged.slices(rows[:10], "failure", len(rows)))
    show.ignored(chosen.ignored(OF_SLICES))
    for row in rows[:MOST_LINKED]:
        fixed: dict[str, Any] = {
            name: [row[name]] for name in IN_SLICES if row[name] is not None
        }
        label = show.escaped(f"Failed calls of {row['slice']}")
        show.link("explore", label, **fixed, status="failed")
    show.link("slices", "All slices, and what explains them")

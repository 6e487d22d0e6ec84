"""What calls cost: over days, for whom, why, until when, and according to the bills."""

import streamlit as st

from llm_telemetry.charts import compared, costs, over_days
from llm_telemetry.charts.members import Measure
from llm_telemetry.dashboard import formulas, marts, measures, queries, reading, show

TITLE = "What do calls cost, and why?"

DAILY = Measure("cost_usd", "known cost, USD", missing="no known cost")
FIGURES = {
    "Known cost": ("cost_usd", "usd"),
    "Per 1,000 operations": ("usd_per_1000_operations", "usd"),
    "Per million tokens": ("usd_per_million_tokens", "usd"),
    "Calls with a known cost": ("coverage", "rate"),
}
UNITS = [measures.USD_PER_OPERATIONS, measures.USD_PER_TOKENS]
BILLED = Measure("billed_usd", "billed, USD; grey tick: telemetry, USD")


def draw() -> None:
    """Draw cost over days and members, its drivers, its forecast, and the bills."""
    if not marts.count("usage_by_day"):
        show.empty("No calls yet", "llm-telemetry run")
        return
    where, parameters = reading.condition(reading.EVERY_FILTER)
    _figures(where, parameters)
    by, per = reading.pick_two("cost", queries.BY, queries.PER)
    sql = queries.by_member(
        "marts.usage_by_day", queries.BY[by], formulas.COST, where, per=per
    )
    rows = marts.rows(sql, **parameters)
    title = f"Cost by {by}"
    show.chart(over_days.stacked(title, rows, DAILY, reading.zone(), per))
    _units(by, where, parameters)
    _drivers()
    _bills()


def _figures(where: str, parameters: dict[str, object]) -> None:
    coverage = formulas.ratio(
        "sum(costed_interactions)", "sum(interactions)", "coverage"
    )
    (usage,) = marts.rows(
        f"select {formulas.COST}, {formulas.USD_PER_OPERATIONS}, {coverage} "
        f"from marts.usage_by_day where {where}",
        **parameters,
    )
    (tokens,) = marts.rows(
        f"select {formulas.USD_PER_TOKENS} from marts.answers_by_day where {where}",
        **parameters,
    )
    show.figures(FIGURES, {**usage, **tokens})


def _units(by: str, where: str, parameters: dict[str, object]) -> None:
    """Draw what a unit costs, the attempts of an operation together."""
    rows = _unit_costs(queries.BY[by], where, parameters)
    title = f"What a unit costs, by {by}"
    show.chart(compared.side_by_side(title, rows, UNITS))
    show.table(rows, "unit_costs", measures.labels(by, UNITS))
    st.caption(measures.UNIT_COST_CAVEATS)


def _unit_costs(
    member: str, where: str, parameters: dict[str, object]
) -> list[marts.Row]:
    """Return what operations and tokens cost, by member."""
    of_usage = f"""
        {formulas.USD_PER_OPERATIONS},
        sum(costed_interactions) as costed_interactions,
        sum(interactions) as interactions"""
    usage = queries.by_member("marts.usage_by_day", member, of_usage, where)
    answers = queries.by_member(
        "marts.answers_by_day", member, formulas.USD_PER_TOKENS, where
    )
    return marts.rows(
        f"""
        with usage as ({usage}), answers as ({answers})
        select usage.*, answers.* exclude (member, member_rank)
        from usage
        left join answers using (member)
        order by usage.member_rank
        """,
        **parameters,
    )


def _drivers() -> None:
    reading.condition(())
    rows = marts.rows("select * from marts.cost_drivers order by later_starts_on")
    show.chart(costs.drivers(rows))
    forecasts = marts.rows("select * from marts.cost_forecast")
    show.chart(costs.forecast(forecasts, reading.zone()))


def _bills() -> None:
    rows = marts.rows(
        """
        select
            * replace (if(status = 'no_invoice', null, billed_usd) as billed_usd),
            billing_provider || ', ' || invoice_period as member,
            case status
                when 'no_invoice' then 'no bill'
                when 'no_calls' then 'billed, and no call in telemetry'
                when 'not_covered' then 'telemetry does not span the period'
            end as why
        from marts.invoice_reconciliation
        order by status = 'residual', invoice_period desc, telemetry_usd desc
        """
    )
    title = "Bills against telemetry"
    if not any(row["invoice_lines"] for row in rows):
        st.subheader(title)
        show.empty(
            "No bill yet: put llm_provider_invoices.csv beside the telemetry, then",
            "llm-telemetry run",
        )
        return
    st.caption("Bills are by provider and period, whole and in UTC days.")
    show.chart(compared.forest(title, rows, BILLED, same="telemetry_usd"))
    show.table(rows, "invoice_reconciliation")

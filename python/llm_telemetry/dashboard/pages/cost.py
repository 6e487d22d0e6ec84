"""What calls cost: over days, for whom, why, until when, and according to the bills."""

import streamlit as st

from llm_telemetry.charts import compared, costs, over_days
from llm_telemetry.charts.members import Measure
from llm_telemetry.dashboard import (
    marts,
    measures,
    queries,
    reading,
    show,
    unit_costs,
)

TITLE = "What do calls cost, and why?"

DAILY = Measure("cost_usd", "known cost, USD", missing="no known cost")
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
    named = queries.members(
        "marts.usage_by_day", queries.BY[by], "interactions", where, per=per
    )
    rows = marts.rows(
        f"""
        {named}
        select
            interaction_date,
            member,
            member_rank,
            if(sum(costed_interactions) = 0, null, sum(cost_usd)) as cost_usd
        from members
        group by interaction_date, member, member_rank
        order by interaction_date, member_rank
        """,
        **parameters,
    )
    title = f"Cost by {by}"
    show.chart(over_days.stacked(title, rows, DAILY, reading.zone(), per))
    _units(by, where, parameters)
    _drivers()
    _bills()


def _figures(where: str, parameters: dict[str, object]) -> None:
    usage = marts.rows(
        f"""
        select
            if(sum(costed_interactions) > 0, sum(cost_usd), null) as cost_usd,
            1000 * sum(cost_usd) filter (where costed_interactions > 0)
            / nullif(sum(operations), 0) as usd_per_1000_operations,
            sum(costed_interactions) / nullif(sum(interactions), 0) as coverage
        from marts.usage_by_day
        where {where}
        """,
        **parameters,
    )[0]
    tokens = marts.rows(
        f"""
        select
            1000000 * sum(tokened_cost_usd) / nullif(sum(costed_tokens), 0)
                as usd_per_million_tokens
        from marts.answers_by_day
        where {where}
        """,
        **parameters,
    )[0]
    show.figures(
        {
            "Known cost": (usage["cost_usd"], "usd", None),
            "Per 1,000 operations": (usage["usd_per_1000_operations"], "usd", None),
            "Per million tokens": (tokens["usd_per_million_tokens"], "usd", None),
            "Calls with a known cost": (usage["coverage"], "rate", None),
        }
    )


def _units(by: str, where: str, parameters: dict[str, object]) -> None:
    """Draw what a unit costs, the attempts of an operation together."""
    rows = _unit_costs(queries.BY[by], where, parameters)
    title = f"What a unit costs, by {by}"
    show.chart(unit_costs.side_by_side(title, rows, UNITS))
    show.table(rows, "unit_costs", measures.labels(by, UNITS))
    st.caption(unit_costs.CAVEATS)


def _unit_costs(
    member: str, where: str, parameters: dict[str, object]
) -> list[marts.Row]:
    """Return what operations and tokens cost, by member."""
    usage, answers = (
        queries.members(mart, member, "interactions", where)
        for mart in ("marts.usage_by_day", "marts.answers_by_day")
    )
    return marts.rows(
        f"""
        with by_operation as (
            {usage}
            select
                member,
                member_rank,
                1000 * sum(cost_usd) filter (where costed_interactions > 0)
                / nullif(sum(operations), 0) as usd_per_1000_operations,
                {unit_costs.NO_FINAL_ATTEMPT},
                sum(costed_interactions) as costed_interactions,
                sum(interactions) as interactions
            from members
            group by member, member_rank
        ),
        by_token as (
            {answers}
            select
                member,
                1000000 * sum(tokened_cost_usd) / nullif(sum(costed_tokens), 0)
                    as usd_per_million_tokens
            from members
            group by member
        )
        select * from by_operation left join by_token using (member)
        order by member_rank
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
    st.caption("Bills are by provider and period, whole and in UTC days.")
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
    show.chart(compared.forest(title, rows, BILLED, same="telemetry_usd"))
    show.table(rows, "invoice_reconciliation")
    if not any(row["invoice_lines"] for row in rows):
        show.empty("No bills yet: put them beside the telemetry", "llm-telemetry run")

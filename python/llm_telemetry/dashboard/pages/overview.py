"""How much, how well and at what cost: a period against the one before."""

from typing import Any

import streamlit as st

from llm_telemetry.charts import over_days
from llm_telemetry.charts.members import Measure
from llm_telemetry.dashboard import (
    filters,
    formulas,
    marts,
    measures,
    queries,
    reading,
    show,
)

TITLE = "How is the product doing, against the period before?"
# without a chosen day
DAYS = 28
NAMES = tuple(filters.NAMED)
# latencies are kept by day and use case
OF_LATENCIES = ("use_case",)
FIGURES = {
    "Requests": ("interactions", "count"),
    "Operations": ("operations", "count"),
    "Success rate": ("success_rate", "rate"),
    "Within the SLA": ("sla_compliance_rate", "rate"),
    "Cost": ("cost_usd", "usd"),
    "Tokens": ("total_tokens", "count"),
    "p50 latency": ("p50_latency_ms", "ms"),
    "p95 latency": ("p95_latency_ms", "ms"),
    "Hallucinations": ("hallucination_rate", "rate"),
    "Feedback": ("average_feedback_score", "number"),
}
IN_A_ROW = 5
SHARED = ("use case", "model", "provider", "prompt version")
# of the same calls: tokens and ratings are counted where answers are
USAGE = """(
    select * exclude (total_tokens, rated_interactions, feedback_score_sum)
    from marts.usage_by_day
    union all by name
    select
        interaction_date, use_case, model_provider, model_name, prompt_version,
        total_tokens, tokened_interactions,
        rated_interactions, feedback_score_sum, feedback_score_squares
    from marts.answers_by_day
)"""
TOTALS = f"""
    sum(interactions) as interactions,
    sum(operations) as operations,
    {formulas.COST},
    {formulas.TOTAL_TOKENS},
    {formulas.FEEDBACK},
    {formulas.FAILURES},
    {formulas.BREACHES},
    {formulas.SUCCESSES},
    {formulas.COMPLIANCE},
    {formulas.HALLUCINATIONS}
"""
DRAWN = [
    Measure("interactions", "requests (attempts)", missing="no call"),
    measures.FAILURES,
    measures.BREACHES,
    Measure("cost_usd", "cost, USD", missing=measures.UNPRICED),
    measures.HALLUCINATIONS,
]


def draw() -> None:
    """Draw the figures of the period, then each day of it."""
    chosen = filters.chosen()
    if not marts.count("usage_by_day"):
        show.empty("No calls yet", "llm-telemetry run")
        return
    where, named = chosen.where(NAMES)
    asked = {**named, "since": chosen.since, "until": chosen.until}
    periods = {
        row["period"]: row
        for row in marts.rows(
            f"""
            with {_periods()}
            select period, first_day, last_day, {TOTALS}
            from periods
            left join {USAGE}
                on interaction_date between first_day and last_day and {where}
            group by period, first_day, last_day
            """,
            **asked,
        )
    }
    latencies = _latencies(asked)
    now = {**periods["now"], **latencies.get("now", {})}
    before = {**periods.get("before", {}), **latencies.get("before", {})}
    _draw_figures(now, before)
    if latencies and any(chosen.ignored((*OF_LATENCIES, filters.DAY))):
        st.caption("Latencies are kept by use case: other names do not filter them.")
    _draw_days(where, asked)
    _draw_shares(where, {**named, "first": now["first_day"], "last": now["last_day"]})


def _periods() -> str:
    """Return CTEs: the chosen days, by default the last ones, and as many before."""
    return f"""
        span as (
            select
                min(interaction_date) as first_day_of_all,
                coalesce($until, max(interaction_date)) as last_day,
                coalesce(
                    $since, coalesce($until, max(interaction_date)) - {DAYS - 1}
                ) as first_day,
                cast(last_day - first_day as integer) + 1 as days
            from marts.usage_by_day
        ),
        periods as (
            select 'now' as period, first_day, last_day from span
            union all
            select
                'before' as period, first_day - days as first_day, first_day - 1
            from span
            where first_day - days >= first_day_of_all
        )"""


def _latencies(asked: dict[str, Any]) -> dict[str, marts.Row]:
    """Return the quantiles of each period that has any latency."""
    where, named = filters.chosen().where(OF_LATENCIES)
    rows = marts.rows(
        f"""
        with {_periods()},
        buckets as (
            select period, latency_bucket, operations
            from periods
            inner join marts.latencies_by_day
                on interaction_date between first_day and last_day and {where}
        ),
        {queries.quantiles("buckets", "period")}
        select period, p50_latency_ms, p95_latency_ms from quantiles
        """,
        **named,
        since=asked["since"],
        until=asked["until"],
    )
    return {row["period"]: row for row in rows}


def _draw_figures(now: marts.Row, before: marts.Row) -> None:
    said = f"{now['first_day']} to {now['last_day']}"
    if before:
        said += f", against {before['first_day']} to {before['last_day']}"
    else:
        said += "; the data do not reach back for a period before"
    st.caption(f"{said}, days in {show.escaped(reading.zone())}")
    figures = list(FIGURES.items())
    for first in range(0, len(figures), IN_A_ROW):
        show.figures(dict(figures[first : first + IN_A_ROW]), now, before)


def _draw_days(where: str, asked: dict[str, Any]) -> None:
    rows = marts.rows(
        f"""
        with {_periods()}
        select interaction_date, 'all' as member, 1 as member_rank, {TOTALS}
        from {USAGE}
        inner join periods
            on period = 'now' and interaction_date between first_day and last_day
        where {where}
        group by interaction_date
        order by interaction_date
        """,
        **asked,
    )
    show.chart(over_days.lines("Each day", rows, DRAWN, reading.zone()))
    show.table(rows, "overview")


def _draw_shares(where: str, asked: dict[str, Any]) -> None:
    """Draw how the requests of the period are distributed."""
    by = reading.pick("Requests by", SHARED, "overview_by")
    within = f"{where} and interaction_date between $first and $last"
    summed = "sum(interactions) as interactions"
    sql = queries.by_member(
        "marts.usage_by_day", queries.BY[by], summed, within, per="day"
    )
    rows = marts.rows(sql, **asked)
    show.chart(over_days.stacked(f"Requests by {by}", rows, DRAWN[0], reading.zone()))
    show.table(rows, f"requests_by_{by}".replace(" ", "_"))

"""Which provider and model is best at what, side by side."""

import streamlit as st

from llm_telemetry.charts import compared, scatter
from llm_telemetry.dashboard import (
    filters,
    formulas,
    marts,
    measures,
    queries,
    reading,
    show,
)

TITLE = "Which provider and model is best at what?"

METRICS = [
    measures.FAILURES,
    measures.BREACHES,
    measures.QUANTILES[1],
    measures.USD_PER_OPERATIONS,
    measures.USD_PER_TOKENS,
    measures.TOKENS,
    measures.CALLS,
    measures.HALLUCINATIONS,
    measures.FEEDBACK,
]
# what latencies are kept by; by provider too, where a model has one only
OF_LATENCIES = (filters.DAY, "model_provider", "model_name")
USAGE = f"""
    if(member_rank > 10, null, max(model_name)) as model_name,
    sum(interactions) as interactions,
    sum(operations) as operations,
    {formulas.FAILURES},
    {formulas.BREACHES},
    {formulas.HALLUCINATIONS},
    {formulas.ratio("sum(interactions)", "sum(operations)", "calls_per_operation")},
    {formulas.USD_PER_OPERATIONS}"""
ANSWERS = f"""
    {formulas.TOKENS},
    {formulas.USD_PER_TOKENS},
    {formulas.FEEDBACK},
    sum(rated_interactions) as rated_interactions"""


def draw() -> None:
    """Draw success against hallucination, and models on every metric."""
    if not marts.count("usage_by_day"):
        show.empty("No calls yet", "llm-telemetry run")
        return
    where, parameters = reading.condition(reading.EVERY_FILTER)
    rates = f"{formulas.SUCCESSES}, {formulas.HALLUCINATIONS}"
    sql = queries.by_member("marts.usage_by_day", "model_provider", rates, where)
    rows = marts.rows(sql, **parameters)
    title = "Success against hallucination, by provider"
    show.chart(
        scatter.against(title, rows, measures.SUCCESSES, measures.HALLUCINATIONS)
    )
    drawn = (measures.SUCCESSES, measures.HALLUCINATIONS)
    show.table(rows, "providers", measures.labels("provider", drawn))
    _models(where, parameters)


def _models(where: str, parameters: dict[str, object]) -> None:
    st.caption(
        "The ten models with most traffic, or those that you choose in the filters. "
        "Models serve different use cases: filter by one to compare like with like. "
        "Their p95 latency is known by day and model name only."
    )
    chosen = filters.chosen()
    kept, _ = chosen.where((filters.DAY, "model_name"))
    usage, answers = (
        queries.by_member(f"marts.{mart}_by_day", queries.MODEL, columns, where)
        for mart, columns in (("usage", USAGE), ("answers", ANSWERS))
    )
    rows = marts.rows(
        f"""
        with usage as ({usage}),
        answers as ({answers}),
        timed as ({_timed(kept, chosen.ignored(OF_LATENCIES))}),
        latencies as ({_latencies(kept)})
        select
            timed.*,
            answers.* exclude (member, member_rank),
            latencies.* exclude (model_name)
        from timed
        left join answers using (member)
        left join latencies
            on timed.model_name = latencies.model_name
            and timed.p95_latency_ms_why is null
        order by timed.member_rank
        """,
        **parameters,
    )
    show.chart(compared.side_by_side("Models side by side", rows, METRICS))
    show.table(rows, "models", measures.labels("model", METRICS))
    st.caption(measures.UNIT_COST_CAVEATS)


def _timed(where: str, others: tuple[str, ...]) -> str:
    """Return the usage, with the reason why a member's p95 is refused.

    ``others`` are the chosen filters that latencies are not counted by.
    """
    names = " and ".join(filters.NAMED[name].lower() for name in others)
    return f"""
        select
            usage.*,
            case
                when member_rank > 10 then 'not counted for several models together'
                when {bool(others)} then 'not counted by {names}'
                when providers > 1 then 'several providers have this model'
            end as p95_latency_ms_why
        from usage
        left join (
            select model_name, count(distinct model_provider) as providers
            from marts.usage_by_day
            where {where}
            group by model_name
        ) using (model_name)"""


def _latencies(where: str) -> str:
    return f"""
        with filtered as (
            select *
            from {queries.watched_latencies("model", "model_name")}
            where {where}
        ),
        {queries.quantiles("filtered", "model_name", queries.WATCHED_BASE)}
        select model_name, p95_latency_ms, p95_latency_ms_low, p95_latency_ms_high
        from quantiles"""

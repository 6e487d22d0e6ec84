"""Which provider and model is best at what, side by side."""

import streamlit as st

from llm_telemetry.charts import scatter
from llm_telemetry.dashboard import (
    filters,
    marts,
    measures,
    queries,
    reading,
    show,
    unit_costs,
)
from llm_telemetry.dashboard.rates import rate

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
FLAGS = (
    "sum(hallucinations)",
    queries.enough("sum(known_hallucination_flags)"),
)
SUCCESSES = ("sum(known_outcomes - failures)", "sum(known_outcomes)")


def draw() -> None:
    """Draw success against hallucination, and models on every metric."""
    if not marts.count("usage_by_day"):
        show.empty("No calls yet", "llm-telemetry run")
        return
    where, parameters = reading.condition(reading.EVERY_FILTER)
    named = queries.members(
        "marts.usage_by_day", "model_provider", "interactions", where
    )
    rows = marts.rows(
        f"""
        {named}
        select
            member,
            {rate(*SUCCESSES, "success_rate")},
            {rate(*FLAGS, "hallucination_rate")}
        from members
        group by member, member_rank
        order by member_rank
        """,
        **parameters,
    )
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
    rows = marts.rows(
        f"""
        with usage as ({_usage(where)}),
        answers as ({_answers(where)}),
        timed as ({_timed(kept, chosen.ignored(OF_LATENCIES))}),
        latencies as ({_latencies(kept)})
        select timed.*, answers.* exclude (member), latencies.* exclude (model_name)
        from timed
        left join answers using (member)
        left join latencies
            on timed.model_name = latencies.model_name
            and timed.p95_latency_ms_why is null
        order by member_rank
        """,
        **parameters,
    )
    show.chart(unit_costs.side_by_side("Models side by side", rows, METRICS))
    show.table(rows, "models", measures.labels("model", METRICS))
    st.caption(unit_costs.CAVEATS)


def _usage(where: str) -> str:
    return f"""
        {queries.members("marts.usage_by_day", queries.MODEL, "interactions", where)}
        select
            member,
            member_rank,
            if(member_rank > 10, null, max(model_name)) as model_name,
            sum(interactions) as interactions,
            sum(operations) as operations,
            {rate("sum(failures)", "sum(known_outcomes)", "failure_rate")},
            {rate("sum(sla_breaches)", "sum(measured_latencies)", "sla_breach_rate")},
            {rate(*FLAGS, "hallucination_rate")},
            sum(interactions) / nullif(sum(operations), 0) as calls_per_operation,
            1000 * sum(cost_usd) filter (where costed_interactions > 0)
            / nullif(sum(operations), 0) as usd_per_1000_operations,
            {unit_costs.NO_FINAL_ATTEMPT}
        from members
        group by member, member_rank"""


def _answers(where: str) -> str:
    feedback = queries.mean(
        "sum(feedback_score_sum)",
        "sum(feedback_score_squares)",
        "sum(rated_interactions)",
        "average_feedback_score",
    )
    return f"""
        {queries.members("marts.answers_by_day", queries.MODEL, "interactions", where)}
        select
            member,
            sum(total_tokens) / nullif(sum(tokened_interactions), 0)
                as tokens_per_call,
            1000000 * sum(tokened_cost_usd) / nullif(sum(costed_tokens), 0)
                as usd_per_million_tokens,
            {feedback},
            sum(rated_interactions) as rated_interactions
        from members
        group by member"""


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
            from (
                select
                    interaction_date,
                    member as model_name,
                    latency_bucket,
                    operations
                from marts.watched_latencies_by_day
                where dimension = 'model'
            )
            where {where}
        ),
        {queries.quantiles("filtered", "model_name", queries.WATCHED_BASE)}
        select model_name, p95_latency_ms, p95_latency_ms_low, p95_latency_ms_high
        from quantiles"""

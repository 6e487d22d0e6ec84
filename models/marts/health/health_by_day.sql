with

interactions as (

    {{ rollup_rows(ref('interactions'), ref('int_interactions_backfilled')) }}

),

daily_totals as (

    select
        interaction_date,
        count(*) as interactions,
        count(*) filter (where is_final_attempt) as operations,
        count(*) filter (where is_final_attempt and cache_hit is not true)
            as timed_operations,
        count(is_operation_failure) as known_outcomes,
        count(*) filter (where is_operation_failure) as failures,
        count(is_operation_sla_breach) as measured_latencies,
        count(*) filter (where is_operation_sla_breach) as sla_breaches,
        count(*) - count(cost_usd) as missing_costs,
        {{ exact_sum('cost_usd') }} as cost_usd,
        cast(sum(total_tokens) as bigint) as total_tokens,
        {{ quality_counts() }},
        percentile_cont(0.95) within group (order by operation_latency_ms)
        filter (where cache_hit is not true)
            as p95_latency_ms

    from interactions

    group by all

),

measured_days as (

    select
        *,
        failures / cast(nullif(known_outcomes, 0) as double) as failure_rate,
        sla_breaches / cast(nullif(measured_latencies, 0) as double) as sla_breach_rate,
        {{ quality_rates() }}

    from daily_totals
    {{ carry_forward('health_by_day') }}

),

date_bounds as (

    select
        min(interaction_date) as first_date,
        max(interaction_date) as last_date

    from measured_days

),

days as (

    select {{ day_series('first_date', 'last_date') }} as interaction_date

    from date_bounds

),

-- a day without traffic has a row, so that a gap is not read as a good day
every_day as (

    select
        days.interaction_date,
        coalesce(measured_days.interactions, 0) as interactions,
        measured_days.failure_rate,
        measured_days.sla_breach_rate,
        measured_days.cost_usd,
        measured_days.p95_latency_ms,
        coalesce(measured_days.operations, 0) as operations,
        coalesce(measured_days.timed_operations, 0) as timed_operations,
        coalesce(measured_days.failures, 0) as failures,
        coalesce(measured_days.known_outcomes, 0) as known_outcomes,
        coalesce(measured_days.sla_breaches, 0) as sla_breaches,
        coalesce(measured_days.measured_latencies, 0) as measured_latencies,
        coalesce(measured_days.missing_costs, 0) as missing_costs,
        measured_days.total_tokens,
        {% for name in [
            'known_hallucination_flags', 'hallucinations',
            'known_toxicity_flags', 'toxic_answers',
            'known_formatting_flags', 'formatting_errors',
            'rated_interactions', 'feedback_score_sum'
        ] -%}
        coalesce(measured_days.{{ name }}, 0) as {{ name }},
        {% endfor -%}
        measured_days.hallucination_rate,
        measured_days.toxicity_rate,
        measured_days.formatting_error_rate,
        measured_days.feedback_coverage,
        measured_days.average_feedback_score

    from days

    left join measured_days on days.interaction_date = measured_days.interaction_date

)

select * from every_day

with

interactions as (

    {{ rollup_rows(ref('interactions'), ref('int_interactions_backfilled')) }}

),

measured as (

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
        percentile_cont(0.95) within group (order by operation_latency_ms)
        filter (where cache_hit is not true)
            as p95_latency_ms

    from interactions

    group by all

),

rated as (

    select
        *,
        failures / cast(nullif(known_outcomes, 0) as double) as failure_rate,
        sla_breaches / cast(nullif(measured_latencies, 0) as double) as sla_breach_rate

    from measured
    {{ carry_forward('health_by_day') }}

),

bounds as (

    select
        min(interaction_date) as first_date,
        max(interaction_date) as last_date

    from rated

),

days as (

    select {{ day_series('first_date', 'last_date') }} as interaction_date

    from bounds

),

-- a day without traffic has a row, so that nobody takes the gap for a good day
filled as (

    select
        days.interaction_date,
        coalesce(rated.interactions, 0) as interactions,
        rated.failure_rate,
        rated.sla_breach_rate,
        rated.cost_usd,
        rated.p95_latency_ms,
        coalesce(rated.operations, 0) as operations,
        coalesce(rated.timed_operations, 0) as timed_operations,
        coalesce(rated.failures, 0) as failures,
        coalesce(rated.known_outcomes, 0) as known_outcomes,
        coalesce(rated.sla_breaches, 0) as sla_breaches,
        coalesce(rated.measured_latencies, 0) as measured_latencies,
        coalesce(rated.missing_costs, 0) as missing_costs,
        rated.total_tokens

    from days

    left join rated on days.interaction_date = rated.interaction_date

)

select * from filled

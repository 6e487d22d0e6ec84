with

interactions as (

    select * from {{ ref('interactions') }}

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
        percentile_cont(0.95) within group (order by operation_latency_ms) filter (where cache_hit is not true)
            as p95_latency_ms

    from interactions

    where interaction_date is not null

    group by all

),

bounds as (

    select
        min(interaction_date) as first_date,
        max(interaction_date) as last_date

    from measured

),

days as (

    select {{ day_series('first_date', 'last_date') }} as interaction_date

    from bounds

),

-- a day without traffic has a row, so that nobody takes the gap for a good day
filled as (

    select
        days.interaction_date,
        coalesce(measured.interactions, 0) as interactions,
        measured.failures / cast(nullif(measured.known_outcomes, 0) as double)
            as failure_rate,
        measured.sla_breaches / cast(nullif(measured.measured_latencies, 0) as double)
            as sla_breach_rate,
        measured.cost_usd,
        measured.p95_latency_ms,
        coalesce(measured.operations, 0) as operations,
        coalesce(measured.timed_operations, 0) as timed_operations,
        coalesce(measured.failures, 0) as failures,
        coalesce(measured.known_outcomes, 0) as known_outcomes,
        coalesce(measured.sla_breaches, 0) as sla_breaches,
        coalesce(measured.measured_latencies, 0) as measured_latencies,
        coalesce(measured.missing_costs, 0) as missing_costs,
        measured.total_tokens

    from days

    left join measured on days.interaction_date = measured.interaction_date

)

select * from filled

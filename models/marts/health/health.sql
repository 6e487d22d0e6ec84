with

interactions as (

    select * from {{ ref('interactions') }}

),

totals as (

    select
        count(*) as interactions,
        count(*) filter (where is_final_attempt) as operations,
        count(*) filter (where is_final_attempt and cache_hit is not true)
            as timed_operations,
        count(distinct session_id) as sessions,
        count(distinct user_id) as users,
        min(timestamp_utc) as starts_at,
        max(timestamp_utc) as ends_at,

        count(is_operation_failure) as known_outcomes,
        count(*) filter (where is_operation_failure) as failures,
        count(is_operation_sla_breach) as measured_latencies,
        count(*) filter (where is_operation_sla_breach) as sla_breaches,
        count(cost_usd) as known_costs,
        count(tool_calls_count) as known_tool_uses,
        count(*) filter (where tool_calls_count > 0) as tool_uses,
        count(safety_block_flag) as known_safety_blocks,
        count(*) filter (where safety_block_flag) as safety_blocks,
        {{ quality_counts() }},

        {{ exact_sum('cost_usd') }} as cost_usd,
        percentile_cont({{ list_of('0.50, 0.95, 0.99') }})
        within group (order by operation_latency_ms)
        filter (where cache_hit is not true) as latency_quantiles

    from interactions

),

rates as (

    select
        interactions,
        operations,
        sessions,
        users,
        starts_at,
        ends_at,
        failures / cast(nullif(known_outcomes, 0) as double) as failure_rate,
        sla_breaches / cast(nullif(measured_latencies, 0) as double) as sla_breach_rate,
        -- with every missing outcome good, and with every missing outcome bad
        failures / cast(nullif(operations, 0) as double) as failure_rate_low,
        (failures + operations - known_outcomes)
        / cast(nullif(operations, 0) as double) as failure_rate_high,
        sla_breaches / cast(nullif(timed_operations, 0) as double)
            as sla_breach_rate_low,
        (sla_breaches + timed_operations - measured_latencies)
        / cast(nullif(timed_operations, 0) as double) as sla_breach_rate_high,
        1e0 - measured_latencies / cast(nullif(timed_operations, 0) as double)
            as latency_missing_rate,
        1e0 - known_costs / cast(nullif(interactions, 0) as double)
            as cost_missing_rate,
        1e0 - known_outcomes / cast(nullif(operations, 0) as double)
            as outcome_missing_rate,
        {{ item_of('latency_quantiles', 1) }} as p50_latency_ms,
        {{ item_of('latency_quantiles', 2) }} as p95_latency_ms,
        {{ item_of('latency_quantiles', 3) }} as p99_latency_ms,
        cost_usd,
        cost_usd / cast(nullif(known_costs, 0) as double) as average_cost_usd,
        tool_uses / cast(nullif(known_tool_uses, 0) as double) as tool_use_rate,
        safety_blocks / cast(nullif(known_safety_blocks, 0) as double)
            as safety_block_rate,
        {{ quality_rates() }}

    from totals

)

select * from rates

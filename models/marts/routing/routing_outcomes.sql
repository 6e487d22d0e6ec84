with

routing_contexts as (

    select * from {{ ref('routing_contexts') }}

),

routing_ladder as (

    select * from {{ ref('routing_ladder') }}

),

latency_limits as (

    select {{ relaxed_latency_limits() }} from routing_ladder

),

calls_with_limits as (

    select
        routing_contexts.*,
        routing_contexts.latency_ms > latency_limits.relax_1_ms as is_relax_1_breach,
        routing_contexts.latency_ms > latency_limits.relax_2_ms as is_relax_2_breach

    from routing_contexts

    cross join latency_limits

    where routing_contexts.decision_window = 'evaluation'

),

priced_calls as (

    select
        *,
        {{ priced_usd('cost_usd', 'is_failure', 'is_sla_breach') }} as priced_usd,
        is_failure is not null and is_sla_breach is not null and cost_usd is not null
            as is_complete

    from calls_with_limits

),

arm_counts as (

    select
        use_case,
        model_provider,
        model_name,
        count(*) as interactions,
        count(distinct session_id) as sessions,
        count(*) filter (where is_failure) as failures,
        count(*) filter (where is_sla_breach) as sla_breaches,
        count(*) filter (where is_relax_1_breach) as relax_1_breaches,
        count(*) filter (where is_relax_2_breach) as relax_2_breaches,
        count(*) filter (where is_failure is null) as missing_outcomes,
        count(*) filter (where is_sla_breach is null) as missing_latencies,
        count(*) filter (where cost_usd is null) as missing_costs,
        coalesce({{ exact_sum('cost_usd') }}, 0e0) as cost_usd,
        coalesce({{ exact_sum('cost_usd * cost_usd') }}, 0e0) as cost_usd_squares,
        count(*) filter (where is_complete) as complete_interactions,
        coalesce({{ exact_sum('if(is_complete, priced_usd, null)') }}, 0e0)
            as unit_cost_usd,
        coalesce({{ exact_sum('if(is_complete, priced_usd * priced_usd, null)') }}, 0e0)
            as unit_cost_usd_squares

    from priced_calls

    group by all

),

arms as (

    select
        *,
        {{ arm_rates() }}

    from arm_counts

)

select * from arms

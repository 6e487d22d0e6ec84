with

interactions as (

    select * from {{ ref('interactions') }}

),

routing_ladder as (

    select * from {{ ref('routing_ladder') }}

),

latency_limits as (

    select {{ relaxed_latency_limits() }} from routing_ladder

),

arm_counts as (

    select
        interactions.use_case,
        coalesce(interactions.model_provider, 'unknown') as model_provider,
        interactions.model_name,
        count(*) as interactions,
        count(distinct interactions.session_id) as sessions,
        count(*) filter (where interactions.is_failure) as failures,
        count(*) filter (where interactions.is_sla_breach) as sla_breaches,
        count(*) filter (where interactions.latency_ms > latency_limits.relax_1_ms)
            as relax_1_breaches,
        count(*) filter (where interactions.latency_ms > latency_limits.relax_2_ms)
            as relax_2_breaches,
        count(*) filter (where interactions.is_failure is null) as missing_outcomes,
        count(*) filter (where interactions.latency_ms is null) as missing_latencies,
        count(*) filter (where interactions.cost_usd is null) as missing_costs,
        {{ exact_sum('interactions.cost_usd') }} as cost_usd,
        percentile_cont(0.95) within group (order by interactions.latency_ms)
            as p95_latency_ms

    from interactions

    cross join latency_limits

    where
        interactions.decision_window = 'history'
        and interactions.use_case is not null
        and interactions.model_name is not null
        and interactions.cache_hit is not true

    group by all

),

arms as (

    select
        *,
        {{ arm_rates() }},
        interactions >= {{ knob('min_requests_policy') }} as has_enough_interactions

    from arm_counts

)

select * from arms

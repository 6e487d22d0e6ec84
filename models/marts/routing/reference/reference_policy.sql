with

routing_candidates as (

    select * from {{ ref('routing_candidates') }}

),

routing_ladder as (

    select * from {{ ref('routing_ladder') }}

),

limits as (

    select
        step,
        policy_mode,
        {{ max_p95_latency_ms() }} as max_p95_latency_ms,
        {{ max_failure_rate() }} as max_failure_rate

    from routing_ladder

    union all

    select
        null as step,
        'fallback_unconstrained' as policy_mode,
        null as max_p95_latency_ms,
        null as max_failure_rate

),

picked as (

    select
        routing_candidates.use_case,
        routing_candidates.model_provider,
        routing_candidates.model_name,
        routing_candidates.interactions as requests,
        routing_candidates.failure_rate as fail_rate,
        routing_candidates.p95_latency_ms as p95_latency,
        routing_candidates.sla_breach_rate,
        routing_candidates.avg_cost_usd as avg_cost,
        routing_candidates.expected_unit_cost_usd as expected_unit_cost,
        limits.policy_mode

    from routing_candidates

    -- an unknown rate or latency satisfies no limit, only the step that has none
    inner join limits
        on
            coalesce(
                routing_candidates.p95_latency_ms <= limits.max_p95_latency_ms,
                limits.max_p95_latency_ms is null
            )
            and coalesce(
                routing_candidates.failure_rate <= limits.max_failure_rate,
                limits.max_failure_rate is null
            )

    where routing_candidates.has_enough_interactions

    qualify
        row_number() over (
            partition by routing_candidates.use_case
            order by
                limits.step nulls last,
                routing_candidates.expected_unit_cost_usd nulls last,
                routing_candidates.p95_latency_ms nulls last,
                -routing_candidates.interactions,
                routing_candidates.model_provider,
                routing_candidates.model_name
        ) = 1

)

select * from picked

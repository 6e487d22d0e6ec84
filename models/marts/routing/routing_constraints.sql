with

routing_counts as (

    select * from {{ ref('int_routing_counts') }}

),

routing_ladder as (

    select * from {{ ref('routing_ladder') }}

),

arms_by_step as (

    select
        routing_counts.*,
        routing_ladder.step,
        routing_ladder.policy_mode,
        {{ max_p95_latency_ms() }} as max_p95_latency_ms,
        {{ max_failure_rate() }} as max_failure_rate,
        -- p95 within a limit is the same as at most 5 % beyond it
        5e-2 as max_slow_rate,
        case routing_ladder.policy_mode
            when 'strict' then routing_counts.sla_breaches
            when 'relax_1' then routing_counts.relax_1_breaches
            when 'relax_2' then routing_counts.relax_2_breaches
        end as slow

    from routing_counts

    cross join routing_ladder

),

bounded_rates as (

    select
        * {{ exclude_columns('sla_breaches, relax_1_breaches, relax_2_breaches') }},
        failures / cast(nullif(known_outcomes, 0) as double) as failure_rate,
        {{ wilson_bound('failures', 'known_outcomes') }} as failure_rate_bound,
        slow / cast(nullif(known_latencies, 0) as double) as slow_rate,
        {{ wilson_bound('slow', 'known_latencies') }} as slow_rate_bound

    from arms_by_step

),

constraint_statuses as (

    select
        *,
        case
            when
                failure_rate_bound <= max_failure_rate
                and slow_rate_bound <= max_slow_rate
                then 'certified'
            when failure_rate <= max_failure_rate and slow_rate <= max_slow_rate
                then 'plausible'
            else 'violated'
        end as constraint_status

    from bounded_rates

)

select * from constraint_statuses

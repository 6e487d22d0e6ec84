with

release_slices as (

    select * from {{ ref('release_slices') }}

),

session_groups as (

    select
        version as week,
        use_case,
        session_group,
        sum(sessions) as sessions,
        sum(interactions) as interactions,
        sum(known_outcomes) as known_outcomes,
        sum(failures) as failures,
        sum(known_latencies) as known_latencies,
        sum(sla_breaches) as sla_breaches,
        sum(slow_interactions) as slow_interactions,
        sum(known_costs) as known_costs,
        {{ exact_sum('cost_usd') }} as cost_usd

    from release_slices

    where version_column = 'week'

    group by all

),

rates as (

    select
        week,
        use_case,
        cast(sum(sessions) as bigint) as sessions,
        cast(sum(interactions) as bigint) as interactions,
        cast(sum(known_outcomes) as bigint) as known_outcomes,
        cast(sum(known_latencies) as bigint) as known_latencies,
        sum(failures) / cast(nullif(sum(known_outcomes), 0) as double) as failure_rate,
        sum(sla_breaches) / cast(nullif(sum(known_latencies), 0) as double)
            as sla_breach_rate,
        sum(slow_interactions) / cast(nullif(sum(known_latencies), 0) as double)
            as slow_rate,
        {{ exact_sum('cost_usd') }} / cast(nullif(sum(known_costs), 0) as double)
            as average_cost_usd,
        {{ between_groups_variance('failures', 'known_outcomes') }}
            as failure_variance,
        {{ between_groups_variance('sla_breaches', 'known_latencies') }}
            as sla_breach_variance,
        {{ between_groups_variance('slow_interactions', 'known_latencies') }}
            as slow_variance,
        {{ between_groups_variance('cost_usd', 'known_costs') }}
            as average_cost_variance

    from session_groups

    group by all

),

effective_rates as (

    select
        *,
        {{ effective_trials('failure', 'known_outcomes') }},
        {{ effective_trials('sla_breach', 'known_latencies') }},
        {{ effective_trials('slow', 'known_latencies') }},
        1.959964e0 * sqrt(abs(average_cost_variance)) as average_cost_margin

    from rates

)

select * from effective_rates

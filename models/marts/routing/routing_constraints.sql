with

routing_candidates as (

    select * from {{ ref('routing_candidates') }}

),

routing_outcomes as (

    select * from {{ ref('routing_outcomes') }}

),

routing_ladder as (

    select * from {{ ref('routing_ladder') }}

),

-- an arm is chosen on history alone; both windows say whether it may be shipped
evidence_counts as (
    {% for evidence, candidates in [
        ('history', 'routing_candidates'),
        ('all', 'routing_candidates'),
        ('all', 'routing_outcomes'),
    ] %}
    select
        '{{ evidence }}' as evidence,
        use_case,
        model_provider,
        model_name,
        interactions,
        missing_outcomes,
        failures,
        missing_latencies,
        sla_breaches,
        relax_1_breaches,
        relax_2_breaches

    from {{ candidates }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

pooled_counts as (

    select
        evidence,
        use_case,
        model_provider,
        model_name,
        cast(sum(interactions - missing_outcomes) as bigint) as known_outcomes,
        cast(sum(failures) as bigint) as failures,
        cast(sum(interactions - missing_latencies) as bigint) as known_latencies,
        cast(sum(sla_breaches) as bigint) as sla_breaches,
        cast(sum(relax_1_breaches) as bigint) as relax_1_breaches,
        cast(sum(relax_2_breaches) as bigint) as relax_2_breaches

    from evidence_counts

    group by all

),

arms_by_step as (

    select
        pooled_counts.*,
        routing_ladder.step,
        routing_ladder.policy_mode,
        {{ max_p95_latency_ms() }} as max_p95_latency_ms,
        {{ max_failure_rate() }} as max_failure_rate,
        -- p95 within a limit is the same as at most 5 % beyond it
        5e-2 as max_slow_rate,
        case routing_ladder.policy_mode
            when 'strict' then pooled_counts.sla_breaches
            when 'relax_1' then pooled_counts.relax_1_breaches
            when 'relax_2' then pooled_counts.relax_2_breaches
        end as slow

    from pooled_counts

    cross join routing_ladder

),

rates as (

    select
        * {{ exclude_columns('sla_breaches, relax_1_breaches, relax_2_breaches') }},
        {{ constraint_rates() }}

    from arms_by_step

),

constraint_statuses as (

    select
        *,
        {{ constraint_status() }} as constraint_status

    from rates

)

select * from constraint_statuses

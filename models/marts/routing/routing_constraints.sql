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

anomalies as (

    select * from {{ ref('anomalies') }}

),

interactions as (

    select * from {{ ref('interactions') }}

),

-- an arm is chosen on history; both windows say whether it may be shipped
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

outage_days as (

    {{ outage_days('anomalies', ['failure_rate', 'sla_breach_rate']) }}

),

outages as (

    {{ outages('outage_days') }}

),

failing_arms as (

    select
        pooled_counts.model_provider,
        pooled_counts.model_name,
        min(outages.failing_since) as failing_since

    from pooled_counts

    inner join outages
        on
            pooled_counts.model_provider = outages.model_provider
            or pooled_counts.model_name = outages.model_name

    group by all

),

latency_limits as (

    select {{ relaxed_latency_limits() }} from routing_ladder

),

counts_since_outage as (

    select
        interactions.use_case,
        failing_arms.model_provider,
        failing_arms.model_name,
        count(interactions.is_failure) as known_outcomes,
        count(*) filter (where interactions.is_failure) as failures,
        count(interactions.latency_ms) as known_latencies,
        count(*) filter (where interactions.is_sla_breach) as sla_breaches,
        count(*) filter (where interactions.latency_ms > latency_limits.relax_1_ms)
            as relax_1_breaches,
        count(*) filter (where interactions.latency_ms > latency_limits.relax_2_ms)
            as relax_2_breaches

    from interactions

    inner join failing_arms
        on
            coalesce(interactions.model_provider, 'unknown')
            = failing_arms.model_provider
            and interactions.model_name = failing_arms.model_name
            and interactions.interaction_date >= failing_arms.failing_since

    cross join latency_limits

    where interactions.cache_hit is not true

    group by all

),

-- what an arm did before its outage says nothing about what it does now
arm_counts as (

    select
        pooled_counts.evidence,
        pooled_counts.use_case,
        pooled_counts.model_provider,
        pooled_counts.model_name,
        {% for name in [
            'known_outcomes', 'failures', 'known_latencies',
            'sla_breaches', 'relax_1_breaches', 'relax_2_breaches'
        ] -%}
        if(
            failing_arms.failing_since is null,
            pooled_counts.{{ name }},
            coalesce(counts_since_outage.{{ name }}, 0)
        ) as {{ name }},
        {% endfor -%}
        failing_arms.failing_since

    from pooled_counts

    left join failing_arms
        on
            pooled_counts.model_provider = failing_arms.model_provider
            and pooled_counts.model_name = failing_arms.model_name

    left join counts_since_outage
        on
            pooled_counts.use_case = counts_since_outage.use_case
            and pooled_counts.model_provider = counts_since_outage.model_provider
            and pooled_counts.model_name = counts_since_outage.model_name

),

arms_by_step as (

    select
        arm_counts.*,
        routing_ladder.step,
        routing_ladder.policy_mode,
        {{ max_p95_latency_ms() }} as max_p95_latency_ms,
        {{ max_failure_rate() }} as max_failure_rate,
        -- p95 within a limit is the same as at most 5 % beyond it
        5e-2 as max_slow_rate,
        case routing_ladder.policy_mode
            when 'strict' then arm_counts.sla_breaches
            when 'relax_1' then arm_counts.relax_1_breaches
            when 'relax_2' then arm_counts.relax_2_breaches
        end as slow

    from arm_counts

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

with

routing_candidates as (

    select * from {{ ref('routing_candidates') }}

),

routing_outcomes as (

    select * from {{ ref('routing_outcomes') }}

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

)

select * from pooled_counts

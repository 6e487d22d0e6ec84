with

interactions as (

    {{ rollup_rows(ref('interactions'), ref('int_interactions_backfilled')) }}

),

latency_quantiles as (

    select
        interaction_date,
        coalesce(model_provider, 'unknown') as model_provider,
        coalesce(model_name, 'unknown') as model_name,
        count(*) as interactions,
        count({{ model_latency_ms() }}) as measured_latencies,
        count(*) filter (where is_sla_breach) as sla_breaches,
        percentile_cont({{ list_of('0.50, 0.95, 0.99') }})
        within group (order by {{ model_latency_ms() }}) as quantiles

    from interactions

    group by all

),

latencies as (

    select
        * {{ exclude_columns('quantiles') }},
        sla_breaches / cast(nullif(measured_latencies, 0) as double) as sla_breach_rate,
        {{ item_of('quantiles', 1) }} as p50_latency_ms,
        {{ item_of('quantiles', 2) }} as p95_latency_ms,
        {{ item_of('quantiles', 3) }} as p99_latency_ms

    from latency_quantiles
    {{ carry_forward('model_latencies_by_day') }}

)

select * from latencies

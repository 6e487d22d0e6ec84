with

interactions as (

    {{ rollup_rows(ref('interactions'), ref('int_interactions_backfilled')) }}

),

latency_counts as (

    select
        interaction_date,
        coalesce(use_case, 'unknown') as use_case,
        {{ log_bucket('operation_latency_ms') }} as latency_bucket,
        count(*) as operations

    from interactions

    where operation_latency_ms is not null and cache_hit is not true

    group by all
    {{ carry_forward('latencies_by_day') }}

)

select * from latency_counts

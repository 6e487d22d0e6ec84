with

interactions as (

    {{ rollup_rows(ref('interactions'), ref('int_interactions_backfilled')) }}

),

latency_counts as (

    select
        interaction_date,
        cast(hour({{ business_time('timestamp_utc') }}) as bigint) as hour_of_day,
        {{ log_bucket('operation_latency_ms') }} as latency_bucket,
        count(*) as operations

    from interactions

    where operation_latency_ms is not null and cache_hit is not true

    group by all
    {{ carry_forward('latencies_by_hour') }}

)

select * from latency_counts

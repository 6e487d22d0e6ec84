with

interactions as (

    {{ rollup_rows(ref('interactions'), ref('int_interactions_backfilled')) }}

),

cells as (

    select
        interaction_date,
        {{ watched_names() }}
        {{ log_bucket('operation_latency_ms', watch_bucket_base()) }} as latency_bucket,
        count(*) as operations

    from interactions

    where operation_latency_ms is not null and cache_hit is not true

    group by all

),

members as (

    select
        cells.interaction_date,
        cells.latency_bucket,
        cells.operations,
        {{ row_for_each_struct(watched_members(has_outcomes=false)) }}

    from cells

),

latency_counts as (

    select
        interaction_date,
        dimension,
        member,
        latency_bucket,
        cast(sum(operations) as bigint) as operations

    from members

    group by interaction_date, dimension, member, latency_bucket
    {{ carry_forward('watched_latencies_by_day') }}

)

select * from latency_counts

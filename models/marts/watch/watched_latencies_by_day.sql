with

interactions as (

    {{ rollup_rows(ref('interactions'), ref('int_interactions_backfilled')) }}

),

named_operations as (

    select
        interaction_date,
        {{ watched_names() }}
        {{ log_bucket('operation_latency_ms', watch_bucket_base()) }} as latency_bucket

    from interactions

    where operation_latency_ms is not null and cache_hit is not true

),

-- cells of all names at once would be nearly as many as operations
cells as (

    select
        interaction_date,
        use_case,
        prompt_version,
        model_provider,
        model_name,
        latency_bucket,
        count(*) as operations

    from named_operations

    group by {{ grouping_sets(
        'use_case, prompt_version; model_provider, model_name',
        'interaction_date, latency_bucket'
    ) }}

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

    where member is not null

    group by interaction_date, dimension, member, latency_bucket
    {{ carry_forward('watched_latencies_by_day') }}

)

select * from latency_counts

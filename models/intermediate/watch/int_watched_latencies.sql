{{ config(materialized='table') }}
with

watched_latencies_by_day as (

    select * from {{ ref('watched_latencies_by_day') }}

),

watched_members as (

    select * from {{ ref('int_watched_members') }}

),

open_alert_days as (

    select * from {{ ref('int_open_alert_days') }}

),

open_latency_days as (

    select
        dimension,
        member,
        interaction_date

    from open_alert_days

    where metric in ('latency_p50', 'latency_p95', 'latency_p99')

    group by dimension, member, interaction_date

),

-- days are counted back from the last one
daily_latencies as (

    select
        watched_members.member_id,
        {{ days_between('latencies.interaction_date', 'watched_members.last_date') }}
            as days_ago,
        latencies.latency_bucket,
        latencies.operations,
        if(open_latency_days.member is null, latencies.operations, 0)
            as history_operations,
        open_latency_days.member is not null as is_open

    from watched_latencies_by_day as latencies

    inner join watched_members
        on latencies.dimension = watched_members.dimension
            and latencies.member = watched_members.member

    left join open_latency_days
        on watched_members.dimension = open_latency_days.dimension
            and watched_members.watched_member = open_latency_days.member
            and latencies.interaction_date = open_latency_days.interaction_date

    where
        latencies.interaction_date > watched_members.last_date
        - {{ watch_kept_days() | int + watch_long_reach() | int }}

),

members_with_open_days as (

    select distinct member_id

    from daily_latencies

    where is_open

),

latencies_with_reach as (

    select
        daily_latencies.*,
        if(
            members_with_open_days.member_id is null,
            {{ watch_reach() }},
            {{ watch_long_reach() }}
        ) as reach

    from daily_latencies

    left join members_with_open_days
        on daily_latencies.member_id = members_with_open_days.member_id

),

-- each day stands in the windows and histories of itself and of later days
judged_days as (

    select
        *,
        {{ row_for_each(numbers_between(
            'greatest(0, days_ago - ' ~ (watch_kept_days() | int - 1) ~ ')',
            'least(reach, days_ago)'
        )) }} as days_later

    from latencies_with_reach

    where days_ago < {{ watch_kept_days() }} + reach

),

bucket_counts as (

    select
        member_id,
        days_ago - days_later as judged_days_ago,
        latency_bucket,
        sum(if(days_later = 0, operations, 0)) as day_operations,
        sum(if(days_later < 7, operations, 0)) as week_operations,
        sum(if(days_later > {{ watch_gap_days() }}, history_operations, 0))
            as history_operations

    from judged_days

    group by all

),

cumulative_shares as (

    select
        member_id,
        judged_days_ago,
        latency_bucket,
        sum(day_operations) over buckets
        / cast(nullif(sum(day_operations) over every_bucket, 0) as double) as day_share,
        sum(week_operations) over buckets
        / cast(nullif(sum(week_operations) over every_bucket, 0) as double)
            as week_share,
        sum(history_operations) over buckets
        / cast(nullif(sum(history_operations) over every_bucket, 0) as double)
            as history_share

    from bucket_counts

    window
        every_bucket as (partition by member_id, judged_days_ago),
        buckets as (partition by member_id, judged_days_ago order by latency_bucket)

),

quantile_buckets as (

    select
        member_id,
        judged_days_ago,
        {{ quantile_buckets() }}

    from cumulative_shares

    group by member_id, judged_days_ago

),

quantiles as (

    select
        member_id,
        judged_days_ago,
        {{ row_for_each_struct(latency_quantiles()) }}

    from quantile_buckets

),

members as (

    select
        member_id,
        max(first_date) as first_date,
        max(last_date) as last_date,
        max(parent_id) as parent_id

    from watched_members

    group by member_id

),

-- a new member's operations are counted beyond the quantile of its parent
limits as (

    select
        quantiles.member_id,
        quantiles.metric,
        members.last_date - cast(quantiles.judged_days_ago as integer) as judged_date,
        quantiles.day_bucket,
        quantiles.week_bucket,
        coalesce(parents.history_bucket, quantiles.history_bucket) as slower_than_bucket

    from quantiles

    inner join members on quantiles.member_id = members.member_id

    left join quantiles as parents
        on members.parent_id = parents.member_id
            and quantiles.metric = parents.metric
            and quantiles.judged_days_ago = parents.judged_days_ago
            and {{ is_new_member(
                'members.first_date',
                'members.last_date - cast(quantiles.judged_days_ago as integer)'
            ) }}

)

select * from limits

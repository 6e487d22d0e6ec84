{{ config(materialized='table' if target.type == 'spark' else 'ephemeral') }}

with

watched_by_day as (

    select * from {{ ref('watched_by_day') }}

),

watched_latencies_by_day as (

    select * from {{ ref('watched_latencies_by_day') }}

),

tools_by_day as (

    select * from {{ ref('tools_by_day') }}

),

branches_by_day as (

    select * from {{ ref('branches_by_day') }}

),

watched_members as (

    select * from {{ ref('int_watched_members') }}

),

watched_latencies as (

    select * from {{ ref('int_watched_latencies') }}

),

counts as (

    select
        interaction_date,
        dimension,
        member,
        {{ row_for_each_struct(watched_metrics()) }}

    from watched_by_day

    {% for relation, dimension, member, metric, events, trials in [
        ('tools_by_day', 'tool', 'tool_name',
            'tool_failure_rate', 'failures', 'known_outcomes'),
        ('tools_by_day', 'tool_and_use_case', "tool_name || ' / ' || use_case",
            'tool_failure_rate', 'failures', 'known_outcomes'),
        ('branches_by_day', 'branch', "from_node || ' / ' || condition_text",
            'branch_rate', 'taken', 'decisions'),
    ] -%}
    union all

    select
        interaction_date,
        '{{ dimension }}' as dimension,
        {{ member }} as member,
        '{{ metric }}' as metric,
        cast({{ events }} as double) as events,
        cast({{ trials }} as double) as trials

    from {{ relation }}

    {% endfor %}
),

daily_counts as (

    select
        counts.metric,
        watched_members.member_id,
        cast(null as bigint) as slower_than_bucket,
        counts.interaction_date,
        {{ exact_sum('counts.events') }} as events,
        {{ exact_sum('counts.trials') }} as trials

    from counts

    inner join watched_members
        on counts.dimension = watched_members.dimension
            and counts.member = watched_members.member

    where
        counts.interaction_date > watched_members.last_date - {{ watch_read_days() }}
        and counts.trials > 0

    group by all

),

latency_limits as (

    select distinct
        metric,
        member_id,
        slower_than_bucket

    from watched_latencies

    where slower_than_bucket is not null

),

-- a quantile is watched by how many operations are slower than it was
slow_operations as (

    select
        latency_limits.metric,
        latency_limits.member_id,
        latency_limits.slower_than_bucket,
        watched_latencies_by_day.interaction_date,
        cast(sum(if(
            watched_latencies_by_day.latency_bucket > latency_limits.slower_than_bucket,
            watched_latencies_by_day.operations, 0
        )) as double) as events,
        cast(sum(watched_latencies_by_day.operations) as double) as trials

    from watched_latencies_by_day

    inner join watched_members
        on watched_latencies_by_day.dimension = watched_members.dimension
            and watched_latencies_by_day.member = watched_members.member

    inner join latency_limits on watched_members.member_id = latency_limits.member_id

    where
        watched_latencies_by_day.interaction_date
        > watched_members.last_date - {{ watch_read_days() }}

    group by all

),

sums as (

    select * from daily_counts

    union all

    select * from slow_operations

)

select * from sums

{{ config(materialized='table' if target.type == 'spark' else 'ephemeral') }}

{%- set is_past -%}
days.interaction_date < judged_days.interaction_date - {{ watch_gap_days() }}
{%- endset -%}
with

watched_series as (

    select * from {{ ref('int_watched_series') }}

),

flagged_days as (

    select * from {{ ref('int_flagged_rate_days') }}

),

watched_latencies as (

    select * from {{ ref('int_watched_latencies') }}

),

past_days as (

    select
        watched_series.*,
        cast(watched_series.events as decimal(38, 12)) as day_events,
        cast(watched_series.trials as decimal(38, 12)) as day_trials,
        {{ watch_past(
            'trials > 0 and not is_open and flagged_days.series_id is null'
        ) }}

    from watched_series

    left join flagged_days
        on watched_series.series_id = flagged_days.series_id
            and watched_series.interaction_date = flagged_days.interaction_date

    where watched_series.kind <> 'volume'

),

-- of the limits of a quantile, the one that its history had on the day
judged_days as (

    select
        past_days.series_id,
        past_days.metric,
        past_days.kind,
        past_days.dimension,
        past_days.member,
        past_days.member_id,
        past_days.parent_id,
        past_days.first_date,
        past_days.slower_than_bucket,
        watched_latencies.day_bucket,
        watched_latencies.week_bucket,
        past_days.interaction_date,
        past_days.interaction_date - past_days.reach as reaches_back_to,
        past_days.events,
        past_days.trials

    from past_days

    left join watched_latencies
        on past_days.member_id = watched_latencies.member_id
            and past_days.metric = watched_latencies.metric
            and past_days.slower_than_bucket = watched_latencies.slower_than_bucket
            and past_days.interaction_date = watched_latencies.judged_date

    where
        past_days.interaction_date > past_days.last_date - {{ watch_kept_days() }}
        and (
            past_days.slower_than_bucket is null
            or watched_latencies.metric is not null
        )

),

sums as (

    select
        judged_days.series_id,
        judged_days.interaction_date,
        {{ watch_sums({
            'week_events': 'day_events',
            'week_trials': 'day_trials',
        }, 'days.interaction_date > judged_days.interaction_date - 7') }},
        {{ watch_sums({
            'past_events': 'past_events',
            'past_trials': 'past_trials',
            'past_squares': 'past_squares',
        }, is_past) }},
        count(if({{ is_past }}, days.past_trials, null)) as past_days

    from judged_days

    inner join past_days as days
        on judged_days.series_id = days.series_id
            and days.interaction_date
            between judged_days.reaches_back_to and judged_days.interaction_date

    group by judged_days.series_id, judged_days.interaction_date

),

own_histories as (

    select
        judged_days.*,
        sums.week_events,
        sums.week_trials,
        sums.past_events,
        sums.past_trials,
        sums.past_squares / {{ square_scale() }} as past_squares,
        sums.past_days

    from judged_days

    inner join sums
        on judged_days.series_id = sums.series_id
            and judged_days.interaction_date = sums.interaction_date

),

histories_with_parent as (

    select
        own_histories.*
        {{ exclude_columns('past_events, past_trials, past_squares, past_days') }},
        {% for sum in ['events', 'trials', 'squares', 'days'] -%}
        if(
            parents.series_id is null,
            own_histories.past_{{ sum }},
            parents.past_{{ sum }}
        ) as past_{{ sum }},
        {% endfor -%}
        if(parents.series_id is null, 'self', 'parent') as against,
        {{ row_for_each(list_of('1, 7')) }} as window_days

    from own_histories

    left join own_histories as parents
        on own_histories.parent_id = parents.member_id
            and own_histories.metric = parents.metric
            and own_histories.slower_than_bucket
            is not distinct from parents.slower_than_bucket
            and own_histories.interaction_date = parents.interaction_date
            and {{ is_new_member(
                'own_histories.first_date', 'own_histories.interaction_date'
            ) }}

),

windows as (

    select
        * {{ exclude_columns(
            'events, trials, week_events, week_trials, day_bucket, week_bucket'
        ) }},
        if(window_days = 1, day_bucket, week_bucket) as bucket,
        if(window_days = 1, events, week_events) as events,
        if(window_days = 1, trials, week_trials) as trials

    from histories_with_parent

    where past_trials > 0 or week_trials > 0

),

{{ watch_z_scores('windows') }}

select * from z_scores

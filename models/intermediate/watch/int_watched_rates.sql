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
        {{ watch_past(
            'trials > 0 and not is_open and flagged_days.series_id is null'
        ) }}

    from watched_series

    left join flagged_days
        on watched_series.series_id = flagged_days.series_id
            and watched_series.interaction_date = flagged_days.interaction_date

    where watched_series.kind <> 'volume'

),

windows_of_days as (

    {% for has_open_days in [false, true] -%}
    select
        *,
        cast(sum(cast(events as decimal(38, 12))) over week as double) as week_events,
        cast(sum(cast(trials as decimal(38, 12))) over week as double) as week_trials,
        {{ watch_past_sums('history') }},
        {{ watch_past_sums('long_history') if has_open_days
            else watch_no_sums('long_history') }}

    from past_days

    where has_open_days = {{ has_open_days | lower }}

    window
        week as (
            partition by series_id
            order by interaction_date
            rows between 6 preceding and current row
        ),
        {{ 'long_history as ' ~ watch_frame(watch_long_reach()) ~ ','
            if has_open_days }}
        history as {{ watch_frame(watch_reach()) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

sums as (

    select
        {% for sum in ['events', 'trials', 'squares', 'days'] -%}
        if(
            reach > {{ watch_reach() }},
            long_history_{{ sum }},
            history_{{ sum }}
        ) as history_{{ sum }},
        {% endfor -%}
        * {{ exclude_columns(
            'history_events, history_trials, history_squares, history_days'
        ) }}

    from windows_of_days

),

-- of the limits of a quantile, the one that its history had on the day
own_histories as (

    select
        sums.series_id,
        sums.metric,
        sums.kind,
        sums.dimension,
        sums.member,
        sums.member_id,
        sums.parent_id,
        sums.first_date,
        sums.slower_than_bucket,
        watched_latencies.day_bucket,
        watched_latencies.week_bucket,
        sums.interaction_date,
        sums.events,
        sums.trials,
        sums.week_events,
        sums.week_trials,
        sums.history_events as past_events,
        sums.history_trials as past_trials,
        sums.history_squares as past_squares,
        sums.history_days as past_days

    from sums

    left join watched_latencies
        on sums.member_id = watched_latencies.member_id
            and sums.metric = watched_latencies.metric
            and sums.slower_than_bucket = watched_latencies.slower_than_bucket
            and sums.interaction_date = watched_latencies.judged_date

    where
        sums.interaction_date > sums.last_date - {{ watch_kept_days() }}
        and (sums.slower_than_bucket is null or watched_latencies.metric is not null)

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

{{ config(materialized='table' if target.type == 'spark' else 'ephemeral') }}

with

watched_series as (

    select * from {{ ref('int_watched_series') }}

),

past_days as (

    select
        *,
        {{ watch_past('trials > 0 and not is_open') }}

    from watched_series

    where kind <> 'volume'

),

windows as (

    select
        series_id,
        kind,
        interaction_date,
        events,
        trials,
        cast(sum(past_events) over past as double) as past_events,
        cast(sum(past_trials) over past as double) as past_trials,
        cast(sum(past_squares) over past as double) / {{ square_scale() }}
            as past_squares,
        count(past_trials) over past as past_days

    from past_days

    window
        past as (
            partition by series_id
            order by interaction_date
            rows between {{ watch_reach() }} preceding
            and {{ watch_gap_days() | int + 1 }} preceding
        )

),

{{ watch_z_scores('windows') }},

flagged_days as (

    select
        series_id,
        interaction_date

    from z_scores

    -- one in ten thousand, on both sides
    where
        trials > 0
        and past_days >= {{ knob('watch_min_history_days') }}
        and abs(k_z) > 3.8906e0

)

select * from flagged_days

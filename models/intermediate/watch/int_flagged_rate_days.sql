{{ config(materialized='ephemeral') }}

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
        {{ watch_past_sums('past') }}

    from past_days

    window past as {{ watch_frame(watch_reach()) }}

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

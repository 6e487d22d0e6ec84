{{ config(materialized='ephemeral') }}

with

watched_series as (

    select * from {{ ref('int_watched_series') }}

),

volume_days as (

    select
        *,
        trials > 0 and not is_open as is_past

    from watched_series

    where kind = 'volume'

),

{{ watch_volume_steps(
    'volume_days',
    'judged.trials > 0 and judged.interaction_date > judged.last_date - '
    ~ (watch_kept_days() | int + watch_reach() | int)
) }},

flagged_days as (

    select
        series_id,
        judged_date as interaction_date

    from z_scores

    -- one in ten thousand, on both sides
    where
        window_days = 1
        and past_days >= {{ knob('watch_min_history_days') }}
        and abs(z) > 3.8906e0

)

select * from flagged_days

{{ config(materialized='table' if target.type == 'spark' else 'ephemeral') }}

with

watched_series as (

    select * from {{ ref('int_watched_series') }}

),

flagged_days as (

    select * from {{ ref('int_flagged_volume_days') }}

),

volume_days as (

    select
        watched_series.*,
        watched_series.trials > 0
        and not watched_series.is_open
        and flagged_days.series_id is null as is_past

    from watched_series

    left join flagged_days
        on watched_series.series_id = flagged_days.series_id
            and watched_series.interaction_date = flagged_days.interaction_date

    where watched_series.kind = 'volume'

),

{{ watch_volume_steps(
    'volume_days', 'judged.interaction_date > judged.last_date - ' ~ watch_kept_days()
) }}

select * from z_scores

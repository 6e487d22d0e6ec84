{{ config(materialized='table') }}
{%- set first_day = first_retained_day() %}
{%- set begins = business_date('started_at') ~ ' >= ' ~ first_day if first_day
    else 'started_at is not null' %}

with

interactions as (

    select
        session_id,
        {{ called_at() }} as timestamp_utc

    from {{ ref('int_interactions_unioned') }}

),

summaries as (

    select
        session_id,
        lower(min(split)) as split

    from {{ ref('stg_telemetry_csv__sessions') }}

    group by all

),

session_starts as (

    select
        session_id,
        min(timestamp_utc) as started_at,
        count(timestamp_utc) as interactions

    from interactions
    {% if first_day %}
    -- the day before shows which sessions had started by then
    where {{ business_date('timestamp_utc') ~ ' >= ' ~ first_day ~ ' - 1' }}
    {% endif %}
    group by all

    having {{ begins }}

),

ordered_sessions as (

    select
        *,
        -- sessions that start at the same instant stay together, whatever their order
        (
            sum(interactions) over (order by started_at)
            - sum(interactions) over (partition by started_at)
        ) / cast(sum(interactions) over () as double)
        -- 0.8 * 0.75 is a little more than 0.6 in doubles: without this, a session
        -- that ends exactly at the cut would fall behind it
        + 1e-9 as cumulative_share

    from session_starts

),

session_windows as (

    select
        session_id,
        started_at,
        case
            when cumulative_share >= {{ knob('time_split_frac') }} then 'evaluation'
            when cumulative_share
                >= {{ knob('time_split_frac') }}
                * (1e0 - {{ knob('calibration_frac') }})
                then 'calibration'
            else 'history'
        end as decision_window,
        case
            when cumulative_share < {{ knob('drift_reference_frac') }} then 'reference'
            when cumulative_share >= 1e0 - {{ knob('drift_current_frac') }}
                then 'current'
        end as drift_window

    from ordered_sessions

),

windows_with_split as (

    select
        session_windows.*,
        summaries.split

    from session_windows

    left join summaries on session_windows.session_id = summaries.session_id

)

select * from windows_with_split

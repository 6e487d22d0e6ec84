{{ config(materialized=cheap_view()) }}

with

interactions as (

    select * from {{ ref('interactions') }}

),

windows as (

    select * from {{ ref('windows') }}

),

days as (

    select
        interaction_date,
        decision_window,
        count(*) as interactions

    from interactions

    where decision_window is not null

    group by all

),

loads as (

    select
        days.interaction_date,
        days.decision_window,
        days.interactions,
        days.interactions / windows.sampling_fraction as full_traffic_interactions,
        {{ knob('capacity_per_day') }} as capacity_per_day,
        {{ knob('capacity_per_day') }} * windows.sampling_fraction
            as capacity_in_window

    from days

    inner join windows on days.decision_window = windows.window_name

),

reviewable_loads as (

    select
        *,
        least(
            -- 49 * (1 / 49) is a little less than 1
            cast(floor(capacity_in_window + 1e-9) as bigint), interactions
        ) as reviewable_interactions,
        least(1e0, capacity_per_day / full_traffic_interactions) as reviewable_share,
        interactions <= capacity_in_window + 1e-9 as is_within_capacity

    from loads

)

select * from reviewable_loads

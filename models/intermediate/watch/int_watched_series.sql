{{ config(materialized='table') }}
with

watched_by_day as (

    select * from {{ ref('watched_by_day') }}

),

sums as (

    select * from {{ ref('int_watched_sums') }}

),

watched_members as (

    select * from {{ ref('int_watched_members') }}

),

open_alert_days as (

    select * from {{ ref('int_open_alert_days') }}

),

date_bounds as (

    select
        min(interaction_date) as first_date,
        max(interaction_date) as last_date

    from sums

),

days as (

    select {{ day_series('first_date', 'last_date') }} as interaction_date

    from date_bounds

),

series as (

    select
        row_number() over (
            order by
                sums.metric, sums.member_id, sums.slower_than_bucket
        ) as series_id,
        sums.metric,
        sums.member_id,
        sums.slower_than_bucket,
        max(watched_members.dimension) as dimension,
        max(watched_members.watched_member) as member,
        max(watched_members.first_date) as first_date,
        max(watched_members.last_date) as last_date,
        max(watched_members.parent_id) as parent_id

    from sums

    inner join watched_members on sums.member_id = watched_members.member_id

    group by sums.metric, sums.member_id, sums.slower_than_bucket

    -- of a member without a known cost there is no bill to watch
    having sums.metric <> 'cost_usd' or sum(sums.events) > 0

),

-- days whose history would have the days of an open alert in it
days_after_open_days as (

    select distinct
        metric,
        dimension,
        member,
        interaction_date
        + cast(further_days + {{ watch_gap_days() | int + 1 }} as integer)
            as interaction_date

    from (
        select
            *,
            {{ row_for_each(numbers_below(text_knob('watch_history_days') | int)) }}
                as further_days
        from open_alert_days
    ) as later_days

),

-- a day without traffic has a row, so that seven rows are a week
watched_series as (

    select
        series.*,
        case
            when series.metric in ('interactions', 'cost_usd') then 'volume'
            when series.metric = 'quality_score' then 'score'
            when series.metric like '%_per_call' then 'amount'
            else 'rate'
        end as kind,
        days.interaction_date,
        greatest(coalesce(sums.events, 0e0), 0e0) as events,
        case
            -- of all operations, those that failed in this way
            when series.dimension = 'failure_type'
                then coalesce(cast(daily_totals.known_outcomes as double), 0e0)
            when series.metric not in ('interactions', 'cost_usd')
                then coalesce(sums.trials, 0e0)
            when
                daily_totals.interaction_date is null
                or days.interaction_date < series.first_date
                then 0e0
            else 1e0
        end as trials,
        open_alert_days.interaction_date is not null as is_open,
        -- days before that stand in for those that an open alert leaves out; a day
        -- before them is judged as ever, whatever became of the alert
        if(
            days_after_open_days.metric is null,
            {{ watch_reach() }},
            {{ watch_long_reach() }}
        ) as reach

    from series

    cross join days

    left join watched_by_day as daily_totals
        on days.interaction_date = daily_totals.interaction_date
            and daily_totals.dimension = 'all'

    left join sums
        on days.interaction_date = sums.interaction_date
            and series.metric = sums.metric
            and series.member_id = sums.member_id
            and series.slower_than_bucket is not distinct from sums.slower_than_bucket

    left join days_after_open_days
        on days.interaction_date = days_after_open_days.interaction_date
            and series.metric = days_after_open_days.metric
            and series.dimension = days_after_open_days.dimension
            and series.member = days_after_open_days.member

    left join open_alert_days
        on days.interaction_date = open_alert_days.interaction_date
            and series.metric = open_alert_days.metric
            and series.dimension = open_alert_days.dimension
            and series.member = open_alert_days.member

)

select * from watched_series

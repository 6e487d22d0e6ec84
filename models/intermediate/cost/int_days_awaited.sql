with

health_by_day as (

    select * from {{ ref('health_by_day') }}

),

months_begun as (

    select * from {{ ref('int_months_begun') }}

),

month_days as (

    select {{ day_series('starts_on', 'ends_on') }} as interaction_date

    from months_begun

),

-- the last day may not be over, and a day without a cost was not free
awaited as (

    select
        day(month_days.interaction_date) as month_day,
        {{ iso_weekday('month_days.interaction_date') }} as weekday,
        coalesce(health_by_day.cost_usd, 0e0) as seen_usd

    from month_days

    cross join months_begun

    left join health_by_day
        on month_days.interaction_date = health_by_day.interaction_date

    where
        month_days.interaction_date >= months_begun.as_of_date
        or health_by_day.cost_usd is null

)

select * from awaited

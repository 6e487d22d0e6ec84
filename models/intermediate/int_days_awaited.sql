with

health_by_day as (

    select * from {{ ref('health_by_day') }}

),

bounds as (

    select
        max(interaction_date) as last_date,
        greatest(min(interaction_date), date_trunc('month', max(interaction_date)))
            as first_date

    from health_by_day

),

month_days as (

    select {{ day_series('first_date', 'last_day(last_date)') }} as interaction_date

    from bounds

),

-- the last day may not be over, and a day without a cost was not free
awaited as (

    select
        day(month_days.interaction_date) as month_day,
        isodow(month_days.interaction_date) as weekday,
        coalesce(health_by_day.cost_usd, 0e0) as seen_usd

    from month_days

    cross join bounds

    left join health_by_day
        on month_days.interaction_date = health_by_day.interaction_date

    where
        month_days.interaction_date >= bounds.last_date
        or health_by_day.cost_usd is null

)

select * from awaited

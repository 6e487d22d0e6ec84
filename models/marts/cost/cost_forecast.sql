with

health_by_day as (

    select * from {{ ref('health_by_day') }}

),

months_begun as (

    select * from {{ ref('int_months_begun') }}

),

months_drawn as (

    select * from {{ ref('int_months_drawn') }}

),

to_date as (

    select
        months_begun.as_of_date,
        months_begun.starts_on,
        months_begun.ends_on,
        {{ exact_sum('health_by_day.cost_usd') }} as month_to_date_usd,
        -- what the forecast draws anew
        coalesce({{ exact_sum('
            if(
                health_by_day.interaction_date < months_begun.as_of_date,
                health_by_day.cost_usd,
                0e0
            )') }}, 0e0) as closed_usd,
        count(health_by_day.cost_usd) filter (
            where health_by_day.interaction_date < months_begun.as_of_date
        ) as closed_days

    from months_begun

    left join health_by_day
        on
            health_by_day.interaction_date
            between months_begun.starts_on and months_begun.ends_on

    group by all

),

budgeted as (

    select
        *,
        {{ days_between('starts_on', 'ends_on') }} + 1 as month_days,
        {{ knob('daily_cost_budget_usd') }} * month_days as budget_usd

    from to_date

),

totals as (

    select
        budgeted.*,
        budgeted.closed_usd + months_drawn.awaited_usd as total_usd

    from budgeted

    -- a weekday that was seen too seldom leaves days that nobody can forecast
    left join months_drawn
        on months_drawn.awaited_days = budgeted.month_days - budgeted.closed_days

),

forecast as (

    select
        as_of_date,
        starts_on,
        ends_on,
        budget_usd,
        month_to_date_usd,
        month_days - closed_days as forecast_days,
        percentile_cont(0.5) within group (order by total_usd) as forecast_usd,
        percentile_cont(0.05) within group (order by total_usd) as forecast_low_usd,
        percentile_cont(0.95) within group (order by total_usd) as forecast_high_usd,
        count(total_usd) filter (where total_usd > budget_usd)
        / cast(nullif(count(total_usd), 0) as double) as over_budget_probability,
        if(count(total_usd) = 0, 'insufficient_history', 'forecast') as status

    from totals

    group by all

)

select * from forecast

with

health_by_day as (

    select * from {{ ref('health_by_day') }}

),

month_cost_simulations as (

    select * from {{ ref('int_month_cost_simulations') }}

),

forecast_month as (

    {{ forecast_month('health_by_day') }}

),

month_to_date as (

    select
        forecast_month.as_of_date,
        forecast_month.starts_on,
        forecast_month.ends_on,
        {{ exact_sum('health_by_day.cost_usd') }} as month_to_date_usd,
        -- the cost of complete days, which the simulations leave out
        coalesce({{ exact_sum('
            if(
                health_by_day.interaction_date < forecast_month.as_of_date,
                health_by_day.cost_usd,
                0e0
            )') }}, 0e0) as actual_usd,
        count(health_by_day.cost_usd) filter (
            where health_by_day.interaction_date < forecast_month.as_of_date
        ) as actual_days

    from forecast_month

    left join health_by_day
        on
            health_by_day.interaction_date
            between forecast_month.starts_on and forecast_month.ends_on

    group by all

),

month_with_budget as (

    select
        *,
        {{ days_between('starts_on', 'ends_on') }} + 1 as month_days,
        {{ knob('daily_cost_budget_usd') }} * month_days as budget_usd

    from month_to_date

),

simulated_totals as (

    select
        month_with_budget.*,
        month_with_budget.actual_usd + month_cost_simulations.remaining_usd as total_usd

    from month_with_budget

    -- a weekday with too little history leaves days that cannot be forecast
    left join month_cost_simulations
        on month_cost_simulations.remaining_days
            = month_with_budget.month_days - month_with_budget.actual_days

),

forecast as (

    select
        as_of_date,
        starts_on,
        ends_on,
        budget_usd,
        month_to_date_usd,
        month_days - actual_days as forecast_days,
        percentile_cont(0.5) within group (order by total_usd) as forecast_usd,
        percentile_cont(0.05) within group (order by total_usd) as forecast_low_usd,
        percentile_cont(0.95) within group (order by total_usd) as forecast_high_usd,
        count(total_usd) filter (where total_usd > budget_usd)
        / cast(nullif(count(total_usd), 0) as double) as over_budget_probability,
        if(count(total_usd) = 0, 'insufficient_history', 'forecast') as status

    from simulated_totals

    group by all

)

select * from forecast

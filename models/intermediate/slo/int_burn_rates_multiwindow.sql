with

burn_rates as (

    select * from {{ ref('int_burn_rates') }}

),

burn_rate_windows as (

    select * from {{ ref('burn_rate_windows') }}

),

-- with less data than three budget periods, weeks take their place, days never
feasibility as (

    select *

    from burn_rates

    where window_days >= 7 and is_infeasible is not null

    qualify
        row_number() over (
            partition by interaction_date, budget
            order by window_days desc
        ) = 1

),

-- the more days, the more precise the design effect
longest_windows as (

    select *

    from burn_rates

    qualify
        row_number() over (
            partition by interaction_date, budget
            order by window_days desc
        ) = 1

),

burn_rates_multiwindow as (

    select
        alerts.*,
        long_window.interaction_date,
        long_window.budget,
        long_window.budget_rate,
        long_window.burn_rate as long_burn_rate,
        short_window.burn_rate as short_burn_rate,
        -- bounds over the missing data; dollars have none
        least(
            coalesce(long_window.burn_rate_low, long_window.burn_rate),
            coalesce(short_window.burn_rate_low, short_window.burn_rate)
        ) as burn_rate_low,
        least(
            coalesce(long_window.burn_rate_high, long_window.burn_rate),
            coalesce(short_window.burn_rate_high, short_window.burn_rate)
        ) as burn_rate_high,
        longest_windows.design_effect,
        long_window.spent,
        -- dollars are not a sample, and have no trials
        if(long_window.budget = 'cost', null, long_window.measured) as trials,
        coalesce(feasibility.is_infeasible, false) as is_infeasible,
        feasibility.proposed_budget_rate,
        lead(alerts.alert) over (
            partition by long_window.interaction_date, long_window.budget
            order by alerts.long_days, alerts.alert
        ) as next_alert

    from burn_rate_windows as alerts

    inner join burn_rates as long_window on alerts.long_days = long_window.window_days

    inner join burn_rates as short_window
        on alerts.short_days = short_window.window_days
            and long_window.interaction_date = short_window.interaction_date
            and long_window.budget = short_window.budget

    inner join longest_windows
        on long_window.interaction_date = longest_windows.interaction_date
            and long_window.budget = longest_windows.budget

    left join feasibility
        on long_window.interaction_date = feasibility.interaction_date
            and long_window.budget = feasibility.budget

)

select * from burn_rates_multiwindow

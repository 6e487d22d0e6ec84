with

burn_rates as (

    select * from {{ ref('int_burn_rates') }}

),

burn_rate_windows as (

    select * from {{ ref('burn_rate_windows') }}

),

periods as (

    select distinct period_days from burn_rate_windows

),

-- own past: of the windows that ended within the last three periods, three quarters
-- were at this rate or worse; an incident counts as usual only once it has lasted that
-- long
own_pasts as (

    select
        days.interaction_date,
        days.budget,
        periods.period_days,
        pasts.rate,
        pasts.measured,
        greatest(
            pasts.design_effect, coalesce(pasts.day_dispersion, 1e0)
        ) as design_effect,
        if(
            pasts.day_dispersion > pasts.design_effect, pasts.measured_days - 1, null
        ) as degrees_of_freedom

    from periods

    inner join burn_rates as days on periods.period_days = days.window_days

    inner join burn_rates as pasts
        on days.window_days = pasts.window_days
            and days.budget = pasts.budget
            and days.interaction_date > pasts.interaction_date
            and days.interaction_date
            <= pasts.interaction_date + cast(3 * periods.period_days as integer)

    where pasts.measured_days >= {{ knob('min_own_past_days') }}

    qualify
        row_number() over (
            partition by days.interaction_date, days.budget, periods.period_days
            -- rates within the budget are as good as each other: then the longest
            order by
                greatest(pasts.rate, pasts.budget_rate) desc,
                pasts.measured_days asc,
                pasts.interaction_date asc
        ) = least(
            cast(floor(2.25e0 * periods.period_days) as bigint),
            count(*) over (
                partition by days.interaction_date, days.budget, periods.period_days
            )
        )

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
        own_pasts.rate as own_past_rate,
        greatest(
            long_window.budget_rate, coalesce(own_pasts.rate, 0e0)
        ) as reference_rate,
        case
            when own_pasts.rate is null then period_window.design_effect
            -- a rate that is estimated adds its own error
            when own_pasts.rate > long_window.budget_rate
                then own_pasts.design_effect
                    * (1e0 + long_window.measured / cast(own_pasts.measured as double))
            else own_pasts.design_effect
        end as design_effect,
        own_pasts.degrees_of_freedom,
        long_window.spent,
        long_window.largest_session_events,
        long_window.missing,
        -- dollars are not a sample, and have no trials
        if(long_window.budget = 'cost', null, long_window.measured) as trials,
        coalesce(period_window.is_infeasible, false) as is_infeasible,
        period_window.proposed_budget_rate,
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

    inner join burn_rates as period_window
        on alerts.period_days = period_window.window_days
            and long_window.interaction_date = period_window.interaction_date
            and long_window.budget = period_window.budget

    left join own_pasts
        on alerts.severity = 'page'
            and alerts.period_days = own_pasts.period_days
            and long_window.interaction_date = own_pasts.interaction_date
            and long_window.budget = own_pasts.budget

)

select * from burn_rates_multiwindow

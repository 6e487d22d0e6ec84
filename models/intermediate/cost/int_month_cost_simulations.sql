{%- set days = length_of('costs') -%}
{%- set costs = length_of('weekday_scales.costs') -%}
{%- set draws = 'cast(' ~ knob('forecast_draws') ~ ' as bigint)' -%}

with

health_by_day as (

    select * from {{ ref('health_by_day') }}

),

forecast_month as (

    {{ forecast_month('health_by_day') }}

),

month_days as (

    select
        as_of_date,
        {{ day_series('starts_on', 'ends_on') }} as interaction_date

    from forecast_month

),

-- the last day may be incomplete, and a day without a cost was not free
remaining_days as (

    select
        day(month_days.interaction_date) as month_day,
        {{ iso_weekday('month_days.interaction_date') }} as weekday,
        coalesce(health_by_day.cost_usd, 0e0) as cost_to_date_usd

    from month_days

    left join health_by_day
        on month_days.interaction_date = health_by_day.interaction_date

    where
        month_days.interaction_date >= month_days.as_of_date
        or health_by_day.cost_usd is null

),

weekday_costs as (

    select
        {{ iso_weekday('health_by_day.interaction_date') }} as weekday,
        {{ listed('health_by_day.cost_usd', 'health_by_day.interaction_date') }}
            as costs,
        {{ listed('health_by_day.interaction_date', 'health_by_day.interaction_date') }}
            as dates,
        percentile_cont(0.5) within group (order by health_by_day.cost_usd)
            as median_usd

    from health_by_day

    cross join forecast_month

    where
        health_by_day.cost_usd is not null
        -- the last day may be incomplete
        and health_by_day.interaction_date < forecast_month.as_of_date
        and health_by_day.interaction_date >= forecast_month.as_of_date
        - 7 * cast({{ knob('forecast_weeks') }} as integer)

    group by weekday

),

weekday_deviations as (

    select
        weekday,
        costs,
        dates,
        -- a median is closer to the days it was computed from than to other days
        {{ for_each(
            'costs', 'cost', '(cost - median_usd) * sqrt(' ~ days ~ ' / (' ~ days ~ ' - 1e0))'
        ) }} as deviations

    from weekday_costs

    where {{ days }} >= greatest(2, {{ knob('min_forecast_weeks') }})

),

weekday_scales as (

    select
        *,
        sqrt(
            {{ sum_of_items(
                for_each('deviations', 'deviation', 'deviation * deviation')
            ) }} / {{ days }}
        ) as scale_usd

    from weekday_deviations

),

day_deviations as (

    select
        scale_usd,
        {{ row_for_each_pair('dates', 'interaction_date', 'deviations', 'deviation') }}

    from weekday_scales

),

-- in units of the weekday's scale, so that quiet weekdays and busy ones compare
pooled_residuals as (

    select
        {{ listed(
            'coalesce(deviation / nullif(scale_usd, 0), 0e0)', 'interaction_date'
        ) }} as residuals

    from day_deviations

),

draws as (

    select {{ row_for_each(numbers_below(draws)) }} as draw

),

-- a median is an estimate too, so each draw resamples it
drawn_medians as (

    select
        draws.draw,
        weekday_scales.weekday,
        weekday_scales.scale_usd,
        {{ median_of_items(for_each(
            numbers_below(costs), 'turn', item_of(
                'weekday_scales.costs',
                drawn_place(costs, 'draws.draw, weekday_scales.weekday, turn')
            )
        )) }} as median_usd

    from draws

    cross join weekday_scales

),

-- residuals are drawn a week at a time, as expensive days follow one another
drawn_days as (

    select
        drawn_medians.draw,
        drawn_medians.median_usd,
        drawn_medians.scale_usd,
        remaining_days.cost_to_date_usd,
        pooled_residuals.residuals,
        ({{ drawn_place(
            length_of('pooled_residuals.residuals'),
            'drawn_medians.draw, cast(floor(remaining_days.month_day / 7) as bigint)'
        ) }} + remaining_days.month_day)
        % {{ length_of('pooled_residuals.residuals') }} + 1 as residual_place

    from drawn_medians

    inner join remaining_days on drawn_medians.weekday = remaining_days.weekday

    cross join pooled_residuals

),

month_cost_simulations as (

    select
        draw,
        count(*) as remaining_days,
        {{ exact_sum(
            'greatest(cost_to_date_usd, median_usd + scale_usd * '
            ~ item_of('residuals', 'residual_place') ~ ')'
        ) }}
            as remaining_usd

    from drawn_days

    group by draw

)

select * from month_cost_simulations

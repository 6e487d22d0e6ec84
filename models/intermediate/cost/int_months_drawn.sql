{%- set costs = length_of('weekdays_priced.costs') -%}
{%- set draws = 'cast(' ~ knob('forecast_draws') ~ ' as bigint)' -%}

with

days_awaited as (

    select * from {{ ref('int_days_awaited') }}

),

weekdays_priced as (

    select * from {{ ref('int_weekdays_priced') }}

),

draws as (

    select {{ row_for_each(numbers_below(draws)) }} as draw

),

day_residuals as (

    select
        {{ row_for_each_pair('dates', 'interaction_date', 'residuals', 'residual') }}

    from weekdays_priced

),

pooled as (

    select {{ listed('residual', 'interaction_date') }} as residuals from day_residuals

),

-- a median is an estimate too, so that each draw has medians of its own
drawn_medians as (

    select
        draws.draw,
        weekdays_priced.weekday,
        weekdays_priced.scale_usd,
        {{ median_of_items(for_each(
            numbers_below(costs), 'turn', item_of(
                'weekdays_priced.costs',
                drawn_place(costs, 'draws.draw, weekdays_priced.weekday, turn')
            )
        )) }} as median_usd

    from draws

    cross join weekdays_priced

),

-- residuals a week at a time: a dear day is followed by another
placed as (

    select
        drawn_medians.draw,
        drawn_medians.median_usd,
        drawn_medians.scale_usd,
        days_awaited.seen_usd,
        pooled.residuals,
        ({{ drawn_place(
            length_of('pooled.residuals'),
            'drawn_medians.draw, cast(floor(days_awaited.month_day / 7) as bigint)'
        ) }} + days_awaited.month_day) % {{ length_of('pooled.residuals') }} + 1
            as place

    from drawn_medians

    inner join days_awaited on drawn_medians.weekday = days_awaited.weekday

    cross join pooled

),

drawn as (

    select
        draw,
        count(*) as awaited_days,
        {{ exact_sum(
            'greatest(seen_usd, median_usd + scale_usd * '
            ~ item_of('residuals', 'place') ~ ')'
        ) }}
            as awaited_usd

    from placed

    group by draw

)

select * from drawn

{%- set days = length_of('costs') -%}

with

health_by_day as (

    select * from {{ ref('health_by_day') }}

),

bounds as (

    select max(interaction_date) as last_date from health_by_day

),

recent as (

    select
        {{ iso_weekday('health_by_day.interaction_date') }} as weekday,
        {{ listed('health_by_day.cost_usd', 'health_by_day.interaction_date') }}
            as costs,
        {{ listed('health_by_day.interaction_date', 'health_by_day.interaction_date') }}
            as dates,
        percentile_cont(0.5) within group (order by health_by_day.cost_usd)
            as median_usd

    from health_by_day

    cross join bounds

    where
        health_by_day.cost_usd is not null
        -- the last day may not be over
        and health_by_day.interaction_date < bounds.last_date
        and health_by_day.interaction_date >= bounds.last_date
        - 7 * cast({{ knob('forecast_weeks') }} as integer)

    group by weekday

),

centred as (

    select
        weekday,
        costs,
        dates,
        -- a median is drawn towards its own days: they lie nearer to it than others
        {{ for_each(
            'costs', 'cost', '(cost - median_usd) * sqrt(' ~ days ~ ' / (' ~ days ~ ' - 1e0))'
        ) }} as distances

    from recent

    where {{ days }} >= greatest(2, {{ knob('min_forecast_weeks') }})

),

scaled as (

    select
        *,
        sqrt(
            {{ sum_of_items(for_each('distances', 'distance', 'distance * distance')) }}
            / {{ days }}
        ) as scale_usd

    from centred

),

priced as (

    select
        weekday,
        costs,
        dates,
        scale_usd,
        -- in units of its weekday's scale: a quiet Sunday says little in dollars
        {{ for_each(
            'distances', 'distance', 'coalesce(distance / nullif(scale_usd, 0), 0e0)'
        ) }} as residuals

    from scaled

)

select * from priced

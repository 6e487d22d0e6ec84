with

health_by_day as (

    select * from {{ ref('health_by_day') }}

),

bounds as (

    select max(interaction_date) as last_date from health_by_day

),

recent as (

    select
        isodow(health_by_day.interaction_date) as weekday,
        list(health_by_day.cost_usd order by health_by_day.interaction_date) as costs,
        list(
            health_by_day.interaction_date order by health_by_day.interaction_date
        ) as dates,
        quantile_cont(health_by_day.cost_usd, 0.5) as median_usd

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
        list_transform(
            costs,
            lambda cost: (cost - median_usd) * sqrt(len(costs) / (len(costs) - 1e0))
        ) as distances

    from recent

    where len(costs) >= greatest(2, {{ knob('min_forecast_weeks') }})

),

scaled as (

    select
        *,
        sqrt(
            list_sum(list_transform(distances, lambda distance: distance * distance))
            / len(costs)
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
        list_transform(
            distances,
            lambda distance: coalesce(distance / nullif(scale_usd, 0), 0e0)
        ) as residuals

    from scaled

)

select * from priced

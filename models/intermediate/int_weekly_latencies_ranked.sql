{%- set margin = '1.959964e0 * sqrt(0.95e0 * 0.05e0 / slow_trials)' -%}

with

weeks as (

    select * from {{ ref('int_weeks_rated') }}

),

release_latencies as (

    select * from {{ ref('release_latencies') }}

),

ranks as (

    -- Woodruff (1952): an interval of the rank is an interval of the quantile
    select
        week,
        use_case,
        {{ row_for_each_struct(list_of(
            struct_of({'quantile': "'value'", 'quantile_rank': '0.95e0'}) ~ ', '
            ~ struct_of({'quantile': "'low'", 'quantile_rank': '-' ~ margin ~ ' + 0.95e0'})
            ~ ', '
            ~ struct_of({'quantile': "'high'", 'quantile_rank': margin ~ ' + 0.95e0'})
        )) }}

    from weeks

    where slow_trials > 0

),

bins as (

    select
        version as week,
        use_case,
        latency_from_ms,
        latency_to_ms,
        sum(interactions) as interactions

    from release_latencies

    where version_column = 'week'

    group by all

),

cumulated as (

    select
        *,
        sum(interactions) over (partition by week, use_case) as total,
        sum(interactions) over up_to_here as reached

    from bins

    window up_to_here as (partition by week, use_case order by latency_from_ms)

),

quantiles as (

    select
        ranks.week,
        ranks.use_case,
        ranks.quantile,
        cumulated.latency_to_ms
        - (cumulated.latency_to_ms - cumulated.latency_from_ms)
        * (cumulated.reached - ranks.quantile_rank * cumulated.total)
        / cumulated.interactions as latency_ms

    from ranks

    inner join cumulated
        on
            ranks.week = cumulated.week
            and ranks.use_case = cumulated.use_case
            and ranks.quantile_rank * cumulated.total <= cumulated.reached
            and ranks.quantile_rank * cumulated.total
            > cumulated.reached - cumulated.interactions

),

shown as (

    select
        week,
        use_case,
        max(latency_ms) filter (where quantile = 'value') as p95_latency_ms,
        max(latency_ms) filter (where quantile = 'low') as p95_latency_ms_low,
        max(latency_ms) filter (where quantile = 'high') as p95_latency_ms_high

    from quantiles

    group by all

)

select * from shown

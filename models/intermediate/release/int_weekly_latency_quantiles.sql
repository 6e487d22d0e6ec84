{%- set rank = '(ranks.errors * ranks.rank_error + 0.95e0)' -%}

with

weeks as (

    select * from {{ ref('int_weekly_rates') }}

),

release_latencies as (

    select * from {{ ref('release_latencies') }}

),

ranks as (

    -- Woodruff (1952): an interval of the rank is an interval of the quantile
    select
        week,
        use_case,
        1.959964e0 * sqrt(0.95e0 * 0.05e0 / slow_trials) as rank_error,
        {{ row_for_each_pair(list_of("'value', 'low', 'high'"), 'quantile', list_of('0e0, -1e0, 1e0'), 'errors') }}  -- noqa: LT05

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

cumulative_bins as (

    select
        *,
        sum(interactions) over (partition by week, use_case) as total,
        sum(interactions) over (partition by week, use_case order by latency_from_ms)
            as reached

    from bins

),

quantiles as (

    select
        ranks.week,
        ranks.use_case,
        ranks.quantile,
        cumulative_bins.latency_to_ms
        - (cumulative_bins.latency_to_ms - cumulative_bins.latency_from_ms)
        * (cumulative_bins.reached - {{ rank }} * cumulative_bins.total)
        / cumulative_bins.interactions as latency_ms

    from ranks

    inner join cumulative_bins
        on
            ranks.week = cumulative_bins.week
            and ranks.use_case = cumulative_bins.use_case
            and {{ rank }} * cumulative_bins.total <= cumulative_bins.reached
            and {{ rank }} * cumulative_bins.total
            > cumulative_bins.reached - cumulative_bins.interactions

),

percentiles as (

    select
        week,
        use_case,
        max(latency_ms) filter (where quantile = 'value') as p95_latency_ms,
        max(latency_ms) filter (where quantile = 'low') as p95_latency_ms_low,
        max(latency_ms) filter (where quantile = 'high') as p95_latency_ms_high

    from quantiles

    group by all

)

select * from percentiles

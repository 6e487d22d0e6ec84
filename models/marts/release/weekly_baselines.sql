{%- set rank = '(ranks.errors * ranks.rank_error + 0.95e0)' -%}

with

release_slices as (

    select * from {{ ref('release_slices') }}

),

release_latencies as (

    select * from {{ ref('release_latencies') }}

),

health_by_day as (

    select * from {{ ref('health_by_day') }}

),

session_groups as (

    select
        version as week,
        use_case,
        session_group,
        sum(sessions) as sessions,
        sum(interactions) as interactions,
        sum(known_outcomes) as known_outcomes,
        sum(failures) as failures,
        sum(known_latencies) as known_latencies,
        sum(sla_breaches) as sla_breaches,
        sum(slow_interactions) as slow_interactions,
        sum(known_costs) as known_costs,
        {{ exact_sum('cost_usd') }} as cost_usd

    from release_slices

    where version_column = 'week'

    group by all

),

rates as (

    select
        week,
        use_case,
        cast(sum(sessions) as bigint) as sessions,
        cast(sum(interactions) as bigint) as interactions,
        cast(sum(known_outcomes) as bigint) as known_outcomes,
        cast(sum(known_latencies) as bigint) as known_latencies,
        sum(failures) / cast(nullif(sum(known_outcomes), 0) as double) as failure_rate,
        sum(sla_breaches) / cast(nullif(sum(known_latencies), 0) as double)
            as sla_breach_rate,
        sum(slow_interactions) / cast(nullif(sum(known_latencies), 0) as double)
            as slow_rate,
        {{ exact_sum('cost_usd') }} / cast(nullif(sum(known_costs), 0) as double)
            as average_cost_usd,
        {{ between_groups_variance('failures', 'known_outcomes') }}
            as failure_variance,
        {{ between_groups_variance('sla_breaches', 'known_latencies') }}
            as sla_breach_variance,
        {{ between_groups_variance('slow_interactions', 'known_latencies') }}
            as slow_variance,
        {{ between_groups_variance('cost_usd', 'known_costs') }}
            as average_cost_variance

    from session_groups

    group by all

),

effective_rates as (

    select
        *,
        {{ effective_trials('failure', 'known_outcomes') }},
        {{ effective_trials('sla_breach', 'known_latencies') }},
        {{ effective_trials('slow', 'known_latencies') }},
        1.959964e0 * sqrt(abs(average_cost_variance)) as average_cost_margin

    from rates

),

ranks as (

    -- Woodruff (1952): an interval of the rank is an interval of the quantile
    select
        week,
        use_case,
        1.959964e0 * sqrt(0.95e0 * 0.05e0 / slow_trials) as rank_error,
        {{ row_for_each_pair(list_of("'value', 'low', 'high'"), 'quantile', list_of('0e0, -1e0, 1e0'), 'errors') }}  -- noqa: LT05

    from effective_rates

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

),

calendar as (

    select
        {{ iso_week('interaction_date') }} as week,
        cast(date_trunc('week', min(interaction_date)) as date) as week_start_date,
        -- a day without traffic is a row as well: seven rows are a full week
        count(*) = 7 as is_full_week

    from health_by_day

    group by {{ iso_week('interaction_date') }}

),

baselines as (

    select
        weeks.week,
        weeks.use_case,
        calendar.week_start_date,
        calendar.is_full_week,
        weeks.interactions,
        weeks.sessions,
        weeks.failure_rate,
        {{ wilson_low('failure_rate * failure_trials', 'failure_trials') }}
            as failure_rate_low,
        {{ wilson_high('failure_rate * failure_trials', 'failure_trials') }}
            as failure_rate_high,
        weeks.sla_breach_rate,
        {{ wilson_low('sla_breach_rate * sla_breach_trials', 'sla_breach_trials') }}
            as sla_breach_rate_low,
        {{ wilson_high('sla_breach_rate * sla_breach_trials', 'sla_breach_trials') }}
            as sla_breach_rate_high,
        weeks.average_cost_usd,
        weeks.average_cost_usd - weeks.average_cost_margin as average_cost_usd_low,
        weeks.average_cost_usd + weeks.average_cost_margin as average_cost_usd_high,
        latencies.p95_latency_ms,
        latencies.p95_latency_ms_low,
        latencies.p95_latency_ms_high

    from effective_rates as weeks

    inner join calendar on weeks.week = calendar.week

    left join percentiles as latencies
        on weeks.week = latencies.week and weeks.use_case = latencies.use_case

)

select * from baselines

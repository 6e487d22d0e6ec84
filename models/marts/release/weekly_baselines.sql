with

weeks as (

    select * from {{ ref('int_weekly_rates') }}

),

latencies as (

    select * from {{ ref('int_weekly_latency_quantiles') }}

),

health_by_day as (

    select * from {{ ref('health_by_day') }}

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

    from weeks

    inner join calendar on weeks.week = calendar.week

    left join latencies
        on weeks.week = latencies.week and weeks.use_case = latencies.use_case

)

select * from baselines

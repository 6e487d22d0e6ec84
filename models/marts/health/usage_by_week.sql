with

usage_by_day as (

    select
        *,
        cast(date_trunc('week', interaction_date) as date) as week_starts_on

    from {{ ref('usage_by_day') }}

),

latencies as (

    select * from {{ ref('int_weeks_timed') }}

),

counted as (

    select
        week_starts_on,
        use_case,
        count(distinct interaction_date) as days,
        cast(sum(interactions) as bigint) as interactions,
        cast(sum(operations) as bigint) as operations,
        cast(sum(known_outcomes) as bigint) as known_outcomes,
        cast(sum(failures) as bigint) as failures,
        cast(sum(measured_latencies) as bigint) as measured_latencies,
        cast(sum(sla_breaches) as bigint) as sla_breaches,
        cast(sum(cost_usd) as double) as cost_usd,
        cast(sum(total_tokens) as bigint) as total_tokens

    from usage_by_day

    group by all

),

joined as (

    select
        counted.*,
        latencies.p50_latency_ms,
        latencies.p95_latency_ms,
        latencies.p99_latency_ms

    from counted

    left join latencies
        on counted.week_starts_on = latencies.week_starts_on
            and counted.use_case = latencies.use_case

)

select * from joined

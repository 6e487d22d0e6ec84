with

usage_by_day as (

    select
        *,
        cast(date_trunc('week', interaction_date) as date) as week_starts_on

    from {{ ref('usage_by_day') }}

),

latencies_by_day as (

    select
        *,
        cast(date_trunc('week', interaction_date) as date) as week_starts_on

    from {{ ref('latencies_by_day') }}

),

weekly_usage as (

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

latency_buckets as (

    select
        week_starts_on,
        use_case,
        latency_bucket,
        sum(operations) as operations

    from latencies_by_day

    group by all

),

cumulative_buckets as (

    select
        *,
        sum(operations) over up_to_bucket as cumulative_operations,
        sum(operations) over all_buckets as all_operations

    from latency_buckets

    window
        up_to_bucket as (
            partition by week_starts_on, use_case order by latency_bucket
        ),
        all_buckets as (partition by week_starts_on, use_case)

),

quantile_buckets as (

    select
        week_starts_on,
        use_case,
        min(latency_bucket) filter (
            where cumulative_operations >= 0.50 * all_operations
        ) as p50_bucket,
        min(latency_bucket) filter (
            where cumulative_operations >= 0.95 * all_operations
        ) as p95_bucket,
        min(latency_bucket) filter (
            where cumulative_operations >= 0.99 * all_operations
        ) as p99_bucket

    from cumulative_buckets

    group by all

),

latency_quantiles as (

    select
        week_starts_on,
        use_case,
        {{ bucket_middle('p50_bucket') }} as p50_latency_ms,
        {{ bucket_middle('p95_bucket') }} as p95_latency_ms,
        {{ bucket_middle('p99_bucket') }} as p99_latency_ms

    from quantile_buckets

),

usage_with_latencies as (

    select
        weekly_usage.*,
        latency_quantiles.p50_latency_ms,
        latency_quantiles.p95_latency_ms,
        latency_quantiles.p99_latency_ms

    from weekly_usage

    left join latency_quantiles
        on weekly_usage.week_starts_on = latency_quantiles.week_starts_on
            and weekly_usage.use_case = latency_quantiles.use_case

)

select * from usage_with_latencies

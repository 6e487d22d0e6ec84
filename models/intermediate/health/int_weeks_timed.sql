with

latencies_by_day as (

    select
        *,
        cast(date_trunc('week', interaction_date) as date) as week_starts_on

    from {{ ref('latencies_by_day') }}

),

buckets as (

    select
        week_starts_on,
        use_case,
        latency_bucket,
        sum(operations) as operations

    from latencies_by_day

    group by all

),

ranked as (

    select
        *,
        sum(operations) over up_to as operations_up_to,
        sum(operations) over whole as all_operations

    from buckets

    window
        up_to as (partition by week_starts_on, use_case order by latency_bucket),
        whole as (partition by week_starts_on, use_case)

),

found as (

    select
        week_starts_on,
        use_case,
        min(latency_bucket) filter (
            where operations_up_to >= 0.50 * all_operations
        ) as p50_bucket,
        min(latency_bucket) filter (
            where operations_up_to >= 0.95 * all_operations
        ) as p95_bucket,
        min(latency_bucket) filter (
            where operations_up_to >= 0.99 * all_operations
        ) as p99_bucket

    from ranked

    group by all

),

quantiles as (

    select
        week_starts_on,
        use_case,
        {{ bucket_middle('p50_bucket') }} as p50_latency_ms,
        {{ bucket_middle('p95_bucket') }} as p95_latency_ms,
        {{ bucket_middle('p99_bucket') }} as p99_latency_ms

    from found

)

select * from quantiles

with

interactions as {{ not_materialized() }}(

    select * from {{ ref('interactions') }}

),

timed_calls as (

    select *

    from interactions

    where
        interactions.latency_ms >= 0
        and interactions.cache_hit is not true
        and interactions.timestamp_utc > (
            select
                max(all_calls.timestamp_utc)
                - {{ knob('watch_history_days') }} * interval 1 day
            from interactions as all_calls
        )

),

-- two rows of each call, at twice the microsecond of its end, and after those that end
-- then at its start. What takes no time is in flight for the shortest time there is
starts_and_ends as (

    select
        coalesce(model_provider, 'unknown') as model_provider,
        {{ log_bucket('latency_ms') }} as latency_bucket,
        is_failure,
        response_quality_score,
        {{ row_for_each(list_of(
            '2 * ' ~ microseconds('timestamp_utc') ~ ' + 1, 2 * ('
            ~ microseconds('timestamp_utc')
            ~ ' + greatest(1, cast(latency_ms * 1000 as bigint)))'
        )) }} as happened_at

    from timed_calls

),

loaded_calls as (

    select
        *,
        -- starts of the same moment count each other
        sum(if(happened_at % 2 = 0, -1, 1)) over (
            partition by model_provider
            order by happened_at
        ) - 1 as calls_in_flight

    from starts_and_ends

),

latency_buckets as (

    select
        model_provider,
        cast(
            if(
                calls_in_flight < 2,
                calls_in_flight,
                least(16, power(2, floor(log2(calls_in_flight))))
            ) as bigint
        ) as min_calls_in_flight,
        latency_bucket,
        count(*) as interactions,
        count(is_failure) as known_outcomes,
        count(*) filter (where is_failure) as failures,
        count(response_quality_score) as judged_answers,
        {{ exact_sum('response_quality_score') }} as quality_sum,
        {{ exact_sum('response_quality_score * response_quality_score') }}
            as quality_squares

    from loaded_calls

    where happened_at % 2 <> 0

    group by all

),

cumulative_buckets as (

    select
        *,
        sum(interactions) over (
            partition by model_provider, min_calls_in_flight
            order by latency_bucket
        ) as cumulative_calls,
        sum(interactions) over (
            partition by model_provider, min_calls_in_flight
        ) as all_calls,
        -- 95 % of the time, the rank of a quantile is off by no more than this
        1.959964e0 * sqrt(all_calls * 25e-2) as p50_margin,
        1.959964e0 * sqrt(all_calls * 475e-4) as p95_margin

    from latency_buckets

),

bands as (

    select
        model_provider,
        min_calls_in_flight,
        cast(sum(interactions) as bigint) as interactions,
        cast(sum(known_outcomes) as bigint) as known_outcomes,
        cast(sum(failures) as bigint) as failures,
        cast(sum(judged_answers) as bigint) as judged_answers,
        {{ exact_sum('quality_sum') }} as quality_sum,
        {{ exact_sum('quality_squares') }} as quality_squares,
        min(latency_bucket) filter (where cumulative_calls >= 50e-2 * all_calls)
            as p50_bucket,
        min(latency_bucket) filter (
            where 50e-2 * all_calls - p50_margin
            between 1 and cumulative_calls
        ) as p50_low_bucket,
        min(latency_bucket) filter (
            where cumulative_calls >= 50e-2 * all_calls + p50_margin + 1
        ) as p50_high_bucket,
        min(latency_bucket) filter (where cumulative_calls >= 95e-2 * all_calls)
            as p95_bucket,
        min(latency_bucket) filter (
            where 95e-2 * all_calls - p95_margin
            between 1 and cumulative_calls
        ) as p95_low_bucket,
        min(latency_bucket) filter (
            where cumulative_calls >= 95e-2 * all_calls + p95_margin + 1
        ) as p95_high_bucket

    from cumulative_buckets

    group by all

),

idle_bands as (

    select
        model_provider,
        min_calls_in_flight,
        p95_bucket

    from bands

    -- of fewer calls above it, a p95 says too little to compare with
    where interactions * 5e-2 >= {{ knob('watch_min_history_events') }}

    qualify
        row_number() over (
            partition by model_provider order by min_calls_in_flight
        ) = 1

),

slow_calls as (

    select
        latency_buckets.model_provider,
        latency_buckets.min_calls_in_flight,
        idle_bands.min_calls_in_flight as idle_calls_in_flight,
        idle_bands.p95_bucket as idle_p95_bucket,
        cast(
            sum(
                cast(latency_buckets.latency_bucket > idle_bands.p95_bucket as integer)
                * latency_buckets.interactions
            ) as bigint
        ) as slow_calls

    from latency_buckets

    inner join idle_bands
        on latency_buckets.model_provider = idle_bands.model_provider

    group by all

),

rates as (

    select
        bands.*,
        slow_calls.idle_calls_in_flight,
        slow_calls.idle_p95_bucket,
        slow_calls.slow_calls,
        bands.quality_sum / nullif(bands.judged_answers, 0) as quality_score,
        1.959964e0 * sqrt(
            greatest(
                0e0, bands.quality_squares - bands.quality_sum * quality_score
            )
            / nullif(bands.judged_answers - 1, 0)
            / nullif(bands.judged_answers, 0)
        ) as quality_margin

    from bands

    left join slow_calls
        on bands.model_provider = slow_calls.model_provider
            and bands.min_calls_in_flight = slow_calls.min_calls_in_flight

),

shown as (

    select
        model_provider,
        min_calls_in_flight,
        case
            when min_calls_in_flight < 2 then concat(min_calls_in_flight, '')
            when min_calls_in_flight < 16
                then concat(min_calls_in_flight, '-', 2 * min_calls_in_flight - 1)
            else '16+'
        end as load_band,
        interactions,
        {{ bucket_middle('p50_bucket') }} as p50_latency_ms,
        {{ bucket_middle('p50_low_bucket') }} as p50_latency_ms_low,
        {{ bucket_middle('p50_high_bucket') }} as p50_latency_ms_high,
        {{ bucket_middle('p95_bucket') }} as p95_latency_ms,
        {{ bucket_middle('p95_low_bucket') }} as p95_latency_ms_low,
        {{ bucket_middle('p95_high_bucket') }} as p95_latency_ms_high,
        idle_calls_in_flight,
        {{ bucket_middle('idle_p95_bucket') }} as idle_p95_latency_ms,
        slow_calls,
        slow_calls / cast(interactions as double) as slow_rate,
        if(slow_calls is null, null, {{ wilson_low('slow_calls', 'interactions') }})
            as slow_rate_low,
        if(slow_calls is null, null, {{ wilson_high('slow_calls', 'interactions') }})
            as slow_rate_high,
        known_outcomes,
        failures,
        failures / cast(nullif(known_outcomes, 0) as double) as failure_rate,
        if(known_outcomes = 0, null, {{ wilson_low('failures', 'known_outcomes') }})
            as failure_rate_low,
        if(known_outcomes = 0, null, {{ wilson_high('failures', 'known_outcomes') }})
            as failure_rate_high,
        judged_answers,
        quality_score,
        quality_score - quality_margin as quality_score_low,
        quality_score + quality_margin as quality_score_high

    from rates

)

select * from shown

with

interactions as (

    select * from {{ ref('int_slice_rows') }}

),

combinations as (

    select * from {{ ref('int_dimension_combinations') }}

),

slices as (

    select * from {{ ref('int_slices_counted') }}

),

banded as (

    select
        {{ slice_dimensions() }},
        -- bands 1 % wide: exact quantiles of 63 sets would hold every latency 63 times
        cast(floor(ln(greatest(latency_ms, 1e0)) / ln(1.01e0)) as smallint)
            as latency_band,
        cast(count(*) as integer) as interactions,
        max(latency_ms) as highest_latency_ms

    from interactions

    where latency_ms is not null

    group by all

),

coded as (

    select
        {{ slice_dimensions('_code') }},
        banded.latency_band,
        banded.interactions,
        banded.highest_latency_ms

    from banded

    inner join combinations on {{ same_slice('banded', 'combinations', suffix='') }}

),

slice_bands as (

    select
        {{ slice_dimensions('_code') }},
        latency_band,
        cast(sum(interactions) as integer) as interactions,
        max(highest_latency_ms) as highest_latency_ms

    from coded

    group by {{ slice_grouping_sets('latency_band', '_code') }}

),

accumulated as (

    select
        *,
        sum(interactions) over (
            partition by {{ slice_dimensions('_code') }}
            order by latency_band
        ) as up_to_band,
        sum(interactions) over (
            partition by {{ slice_dimensions('_code') }}
        ) as measured_latencies

    from slice_bands

),

percentiles as (

    select
        slices.slice,
        min(accumulated.highest_latency_ms) as p95_latency_ms

    from accumulated

    inner join slices on {{ same_slice('accumulated', 'slices') }}

    where accumulated.up_to_band >= 0.95e0 * accumulated.measured_latencies

    group by all

)

select * from percentiles

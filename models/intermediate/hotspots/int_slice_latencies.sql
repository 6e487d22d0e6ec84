with

interactions as (

    select * from {{ ref('int_slice_rows') }}

),

combinations as (

    select * from {{ ref('int_dimension_combinations') }}

),

combination_bins as (

    select
        combination_code,
        -- bins 1 % wide: exact quantiles of 63 sets would hold every latency 63 times
        {{ latency_bin('latency_ms') }} as latency_bin,
        cast(count(*) as integer) as interactions,
        max(latency_ms) as highest_latency_ms

    from interactions

    where latency_ms is not null

    group by all

),

coarse_combination_bins as (

    select
        combination_code,
        cast(floor(latency_bin / 16e0) as integer) as coarse_bin,
        cast(sum(interactions) as integer) as interactions

    from combination_bins

    group by all

),

coarse_bins as (

    select
        {{ slice_dimensions('_code') }},
        bins.coarse_bin,
        cast(sum(bins.interactions) as integer) as interactions

    from coarse_combination_bins as bins

    inner join combinations on bins.combination_code = combinations.combination_code

    group by {{ quintuple_grouping_sets('coarse_bin') }}

),

cumulative_coarse_bins as (

    select
        coarse_bin,
        interactions,
        sum(interactions) over (partition by {{ slice_dimensions('_code') }}) as total,
        sum(interactions) over (
            partition by {{ slice_dimensions('_code') }} order by coarse_bin
        ) as cumulative_interactions

    from coarse_bins

),

bounds as (

    -- the percentile of a union lies between the lowest and the highest of its parts
    select
        min(coarse_bin) * 16 as lowest_bin,
        max(coarse_bin) * 16 + 15 as highest_bin

    from cumulative_coarse_bins

    where {{ reaches_p95('cumulative_interactions', 'interactions', 'total') }}

),

bounded_bins as (

    -- where no percentile can be, one bin on either side is enough
    select
        bins.combination_code,
        greatest(
            least(bins.latency_bin, bounds.highest_bin + 1), bounds.lowest_bin - 1
        ) as latency_bin,
        cast(sum(bins.interactions) as integer) as interactions,
        max(bins.highest_latency_ms) as highest_latency_ms

    from combination_bins as bins

    cross join bounds

    group by all

),

cells as (

    select
        {{ slice_dimensions('_code') }},
        bounded_bins.latency_bin,
        bounded_bins.interactions,
        bounded_bins.highest_latency_ms

    from bounded_bins

    inner join combinations
        on bounded_bins.combination_code = combinations.combination_code

),

slice_bins as (
    -- noqa: disable=LT02,LT05
    {{ slice_rollups('cells', 'latency_bin', '
        cast(sum(interactions) as integer) as interactions,
        max(highest_latency_ms) as highest_latency_ms') }}
    -- noqa: enable=LT02,LT05
),

cumulative_bins as (

    select
        {{ name_code(slice_dimensions('_code')) }} as slice_code,
        interactions,
        highest_latency_ms,
        sum(interactions) over (partition by {{ name_code(slice_dimensions('_code')) }})
            as total,
        sum(interactions) over (
            partition by {{ name_code(slice_dimensions('_code')) }} order by latency_bin
        ) as cumulative_interactions

    from slice_bins

),

latencies as (

    select
        slice_code,
        highest_latency_ms as p95_latency_ms

    from cumulative_bins

    where {{ reaches_p95('cumulative_interactions', 'interactions', 'total') }}

)

select * from latencies

{{ config(materialized='table') }}

with

interactions as (

    select * from {{ ref('int_slice_rows') }}

),

combinations as (

    select * from {{ ref('int_dimension_combinations') }}

),

sized as (

    select
        {{ slice_dimensions() }},
        cast(sum(interactions) as bigint) as interactions,
        cast(sum(priced_interactions) as bigint) as priced_interactions,
        cast(sum(cost_usd) as double) as cost_usd,
        {%- for dimension in slice_dimensions().split(', ') %}
        if({{ dimension }} is null, null, min({{ dimension }}_code))
            as {{ dimension }}_code,
        {%- endfor %}
        -- hashed twice: the hash of several columns is an xor, which would cancel
        bit_xor({{ name_code(name_code(slice_dimensions('_code'))) }}) as rows_hash

    from combinations

    group by {{ slice_grouping_sets() }}

),

named as (

    select
        {{ slice_name() }} as slice,
        concat_ws(
            ' x '{% for dimension in slice_dimensions().split(', ') %},
            if({{ dimension }} is null, null, '{{ dimension }}'){% endfor %}
        ) as family,
        {{ name_code(slice_dimensions('_code')) }} as slice_code,
        *

    from sized

),

identified as (

    select
        * {{ exclude_columns('rows_hash') }},
        -- of the names of the same rows: the fewest dimensions, then by the alphabet
        first_value(slice) over (
            partition by rows_hash, interactions
            order by length(family) - length(replace(family, ' x ', '')), slice
        ) as canonical_slice

    from named

),

totals as (

    select
        sum(priced_interactions) as priced_interactions,
        {{ exact_sum('cost_usd') }} as cost_usd

    from identified

    -- every family of one dimension covers all rows
    where family = 'use_case'

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

quadruple_bins as (

    select
        {{ slice_dimensions('_code') }},
        combination_bins.latency_bin,
        cast(sum(combination_bins.interactions) as integer) as interactions,
        max(combination_bins.highest_latency_ms) as highest_latency_ms

    from combination_bins

    inner join combinations
        on combination_bins.combination_code = combinations.combination_code

    group by {{ quadruple_grouping_sets('latency_bin') }}

),

slice_bins as (
    -- noqa: disable=LT02,LT05
    {{ slice_rollups('quadruple_bins', 'latency_bin', '
        cast(sum(interactions) as integer) as interactions,
        max(highest_latency_ms) as highest_latency_ms') }}
    -- noqa: enable=LT02,LT05
),

coded_bins as (

    select
        {{ name_code(slice_dimensions('_code')) }} as slice_code,
        latency_bin,
        interactions,
        highest_latency_ms

    from slice_bins

),

cumulative_bins as (

    select
        slice_code,
        highest_latency_ms,
        sum(interactions) over (partition by slice_code order by latency_bin)
            as cumulative_interactions,
        sum(interactions) over (partition by slice_code) as measured_latencies

    from coded_bins

),

latencies as (

    select
        slice_code,
        min(highest_latency_ms) as p95_latency_ms

    from cumulative_bins

    where cumulative_interactions >= 0.95e0 * measured_latencies

    group by slice_code

),

slices as (

    select
        identified.* {{ exclude_columns('slice_code') }},
        identified.cost_usd / nullif(identified.priced_interactions, 0)
            as average_cost_usd,
        -- what it cost beyond the price of as many interactions elsewhere
        identified.cost_usd - identified.priced_interactions
        * (totals.cost_usd - identified.cost_usd)
        / nullif(totals.priced_interactions - identified.priced_interactions, 0)
            as excess_cost_usd,
        latencies.p95_latency_ms

    from identified

    cross join totals

    left join latencies on identified.slice_code = latencies.slice_code

)

select * from slices

{{ config(materialized='table') }}

with

combinations as (

    select * from {{ ref('int_dimension_combinations') }}

),

latencies as (

    select * from {{ ref('int_slice_latencies') }}

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

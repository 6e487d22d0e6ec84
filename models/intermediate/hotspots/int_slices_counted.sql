{{ config(materialized='table') }}

with

combinations as (

    select * from {{ ref('int_dimension_combinations') }}

),

slices as (

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
        *

    from slices

),

identified as (

    select
        * {{ exclude_columns('rows_hash') }},
        -- of the names of the same rows: the fewest dimensions, then by the alphabet
        first_value(slice) over (
            partition by rows_hash, interactions
            order by length(family) - length(replace(family, ' x ', '')), slice
        ) as same_rows_as

    from named

)

select * from identified

{% macro quadruple_grouping_sets(further_column) -%}
    {#- sets of four dimensions, from which slice_rollups sums every slice: 14 passes over many
        rows instead of 63 -#}
    {%- set quadruples = [] -%}
    {%- for line in covering_quadruples().split(' / ') -%}
        {%- do quadruples.append(line.split(' : ')[0]) -%}
    {%- endfor -%}
    {{ grouping_sets(quadruples | join('; '), further_column) }}
{%- endmacro %}

{% macro slice_rollups(quadruples, further_column, measures) -%}
    {#- the sums of every slice from the rows of quadruple_grouping_sets: each set of up to three
        dimensions is summed from one set of four, in whose rows no other dimension has a value -#}
    {%- for line in covering_quadruples().split(' / ') %}
    {%- set quadruple, sets = line.split(' : ') %}
    select
        {%- for dimension in slice_dimensions('_code').split(', ') %}
        {{ dimension if dimension in sets else 'cast(null as integer) as ' ~ dimension }},
        {%- endfor %}
        {{ further_column }},
        {{ measures }}
    from {{ quadruples }}
    where {{ quadruple | replace(', ', ' is not null and ') }} is not null
    group by {{ grouping_sets(sets, further_column) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro covering_quadruples() -%}
    {#- each set of four dimensions that is needed, and the slices' sets that are summed from it:
        'a, b, c, d : a, b, c; a, b / ...'. First the fours with four sets of three that none
        before has, then those with three, two and one -#}
    {%- set ns = namespace(left=slice_sets('_code').split('; ')) -%}
    {%- set lines = [] -%}
    {%- for fresh in [4, 3, 2, 1] -%}
        {%- for quadruple in dimension_sets(4, '_code').split('; ') -%}
            {%- set within, triples, others = [], [], [] -%}
            {%- for dimensions in ns.left -%}
                {%- if dimensions.split(', ') | reject('in', quadruple.split(', ')) | list -%}
                    {%- do others.append(dimensions) -%}
                {%- else -%}
                    {%- do within.append(dimensions) -%}
                    {%- do triples.append(dimensions) if dimensions.split(', ') | length == 3 -%}
                {%- endif -%}
            {%- endfor -%}
            {%- if triples | length >= fresh -%}
                {%- do lines.append(quadruple ~ ' : ' ~ within | join('; ')) -%}
                {%- set ns.left = others -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ lines | join(' / ') }}
{%- endmacro %}

{% macro slice_rollups(cells, further_column, measures) -%}
    {#- the sums of every slice from cells that have a code for all seven dimensions. They are first
        summed by five dimensions, and each set of up to three from one of these: 5 passes over many
        rows instead of 63 -#}
    {%- for line in covering_quintuples().split(' / ') %}
    {%- set quintuple, sets = line.split(' : ') %}
    select
        {%- for dimension in slice_dimensions('_code').split(', ') %}
        {{ dimension if dimension in sets else 'cast(null as integer) as ' ~ dimension }},
        {%- endfor %}
        {{ further_column }},
        {{ measures }}
    from (
        select
            {{ quintuple }},
            {{ further_column }},
            {{ measures }}
        from {{ cells }}
        group by {{ quintuple }}, {{ further_column }}
    ) as quintuples
    group by {{ grouping_sets(sets, further_column) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro quintuple_grouping_sets(further_column) -%}
    {#- the sets of five dimensions that slice_rollups goes through: each slice consists of whole
        groups of one of these -#}
    {%- set quintuples = [] -%}
    {%- for line in covering_quintuples().split(' / ') -%}
        {%- do quintuples.append(line.split(' : ')[0]) -%}
    {%- endfor -%}
    {{ grouping_sets(quintuples | join('; '), further_column) }}
{%- endmacro %}

{% macro covering_quintuples() -%}
    {#- each set of five dimensions that is needed, and the slices' sets that are summed from it:
        'a, b, c, d, e : a, b, c; a, b / ...'. First the fives with most sets of three that none
        before has -#}
    {%- set ns = namespace(left=slice_sets('_code').split('; ')) -%}
    {%- set lines = [] -%}
    {%- for fresh in range(10, 0, -1) -%}
        {%- for quintuple in dimension_sets(5, '_code').split('; ') -%}
            {%- set within, triples, others = [], [], [] -%}
            {%- for dimensions in ns.left -%}
                {%- if dimensions.split(', ') | reject('in', quintuple.split(', ')) | list -%}
                    {%- do others.append(dimensions) -%}
                {%- else -%}
                    {%- do within.append(dimensions) -%}
                    {%- do triples.append(dimensions) if dimensions.split(', ') | length == 3 -%}
                {%- endif -%}
            {%- endfor -%}
            {%- if triples | length >= fresh -%}
                {%- do lines.append(quintuple ~ ' : ' ~ within | join('; ')) -%}
                {%- set ns.left = others -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ lines | join(' / ') }}
{%- endmacro %}

{% macro slice_grouping_sets(further_column='', suffix='') -%}
    {{ grouping_sets(slice_sets(suffix), further_column) }}
{%- endmacro %}

{% macro slice_sets(suffix='') -%}
    {#- every combination of one to three dimensions (7 + 21 + 35 = 63 sets) -#}
    {%- set sets = [] -%}
    {%- for size in [3, 2, 1] -%}
        {%- do sets.append(dimension_sets(size, suffix)) -%}
    {%- endfor -%}
    {{ sets | join('; ') }}
{%- endmacro %}

{% macro grouping_sets(sets, further_column='') -%}
    grouping sets (
    {%- for dimensions in sets.split('; ') %}
        ({{ further_column ~ ', ' if further_column }}{{ dimensions }}){{ ',' if not loop.last }}
    {%- endfor %}
    )
{%- endmacro %}

{% macro dimension_sets(size, suffix='') -%}
    {#- every combination of so many dimensions, as text: 'a, b; a, c; b, c' -#}
    {%- set ns = namespace(sets=[[]]) -%}
    {%- for dimension in slice_dimensions(suffix).split(', ') -%}
        {%- for dimensions in ns.sets if dimensions | length < size -%}
            {%- set ns.sets = ns.sets + [dimensions + [dimension]] -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set sets = [] -%}
    {%- for dimensions in ns.sets if dimensions | length == size -%}
        {%- do sets.append(dimensions | join(', ')) -%}
    {%- endfor -%}
    {{ sets | join('; ') }}
{%- endmacro %}

{% macro slice_grouping_sets(further_column='', suffix='') -%}
    {#- every combination of one to three dimensions (7 + 21 + 35 = 63 sets) -#}
    {%- set ns = namespace(sets=[[]]) -%}
    {%- for dimension in slice_dimensions(suffix).split(', ') -%}
        {%- for dimensions in ns.sets if dimensions | length < 3 -%}
            {%- set ns.sets = ns.sets + [dimensions + [dimension]] -%}
        {%- endfor -%}
    {%- endfor -%}
    grouping sets (
    {%- for dimensions in ns.sets if dimensions %}
        ({{ further_column ~ ', ' if further_column }}{{ dimensions | join(', ') }}){{ ',' if not loop.last }}
    {%- endfor %}
    )
{%- endmacro %}

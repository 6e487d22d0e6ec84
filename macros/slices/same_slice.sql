{% macro same_slice(one, other) -%}
    {#- a dimension that a slice leaves open is null in both -#}
    {%- for dimension in slice_dimensions('_code').split(', ') -%}
        {{ one }}.{{ dimension }} is not distinct from {{ other }}.{{ dimension }}
        {{- ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{% macro slice_name() -%}
    concat_ws(
        '|'
        {%- for dimension in slice_dimensions().split(', ') -%},
        '{{ dimension }}=' || {{ dimension }}
        {%- endfor %}
    )
{%- endmacro %}

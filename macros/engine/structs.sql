{# from names to expressions #}
{% macro struct_of(fields) -%}
    {{ 'named_struct(' if target.type == 'spark' else '{' }}
    {%- for name, expression in fields.items() -%}
    '{{ name }}'{{ ', ' if target.type == 'spark' else ': ' }}{{ expression }}{{ ', ' if not loop.last }}
    {%- endfor -%}
    {{ ')' if target.type == 'spark' else '}' }}
{%- endmacro %}

{# a row for each struct of a list, a column for each of their fields #}
{% macro row_for_each_struct(list) %}{{ 'inline(' ~ list ~ ')' if target.type == 'spark' else 'unnest(' ~ list ~ ', recursive := true)' }}{% endmacro %}

{# from a mapping of names to expressions #}
{% macro struct_of(fields) -%}
    {{ 'named_struct(' if target.type == 'spark' else '{' }}
    {%- for name, expression in fields.items() -%}
    '{{ name }}'{{ ', ' if target.type == 'spark' else ': ' }}{{ expression }}
    {{- ', ' if not loop.last }}
    {%- endfor -%}
    {{ ')' if target.type == 'spark' else '}' }}
{%- endmacro %}

{# one row per struct of a list, with a column for each field #}
{% macro row_for_each_struct(list) -%}
    {%- if target.type == 'spark' -%}
    inline({{ list }})
    {%- else -%}
    unnest({{ list }}, recursive := true)
    {%- endif -%}
{%- endmacro %}

{# the type of a list of structs, from a mapping of names to types #}
{% macro struct_list_type(fields) -%}
    {%- set is_spark = target.type == 'spark' -%}
    {{ 'array<struct<' if is_spark else 'struct(' }}
    {%- for name, type in fields.items() -%}
    {{ name }}{{ ': ' if is_spark else ' ' }}{{ type }}{{ ', ' if not loop.last }}
    {%- endfor -%}
    {{ '>>' if is_spark else ')[]' }}
{%- endmacro %}

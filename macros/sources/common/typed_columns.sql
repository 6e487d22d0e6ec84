{% macro typed_columns(columns) -%}
    {#- each cast value with its text, so that rejected_values needs no second cast -#}
    {%- for name, type in columns.items() %}
        {{ typed_column(name, type) }} as {{ name }},
        {{ (name ~ ' as ' ~ name ~ '_text,') if type not in ['text', 'user'] }}
    {%- endfor %}
{%- endmacro %}

{% macro typed_columns(columns) -%}
    {#- beside each cast value the text it came from, so that no cast is made twice -#}
    {%- for name, type in columns.items() %}
        {{ typed_column(name, type) }} as {{ name }},
        {{ (name ~ ' as ' ~ name ~ '_text,') if type not in ['text', 'user'] }}
    {%- endfor %}
{%- endmacro %}

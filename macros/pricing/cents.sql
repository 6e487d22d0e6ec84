{% macro cents(usd) -%}
    {#- cents as a decimal: they add up -#}
    cast(round({{ usd }}, 2) as decimal(18, 2))
{%- endmacro %}

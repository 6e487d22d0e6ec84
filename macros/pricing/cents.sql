{% macro cents(usd) -%}
    {#- USD rounded to cents, as a decimal, so that sums are exact -#}
    cast(round({{ usd }}, 2) as decimal(18, 2))
{%- endmacro %}

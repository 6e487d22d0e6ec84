{% macro as_percent(share) -%}
    {#- text such as 7.6%, of any share -#}
    cast(cast(100 * {{ share }} as decimal(38, 1)) as string) || '%'
{%- endmacro %}

{% macro exact_sum(expression) -%}
    {#- a sum of doubles depends on the order of rows and threads; a sum of decimals does not -#}
    cast(sum(cast({{ expression }} as decimal(38, 12))) as double)
{%- endmacro %}

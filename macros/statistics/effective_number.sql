{#- effective number (Kish, 1965) of rows with a weight each; null where all weights are 0 -#}
{% macro effective_number(weight) -%}
    power(sum({{ weight }}), 2) / nullif(sum(({{ weight }}) * ({{ weight }})), 0)
{%- endmacro %}

{% macro decile(value, edge, lowest=1, highest=10) -%}
    {#- by halving; `edge` and a number are a column. Both ends are open, equal edges leave nothing
        between them, and all is 1 where the reference has no value and so no edge -#}
    {%- if lowest == highest -%}
    {{ lowest }}
    {%- else -%}
    {%- set middle = (lowest + highest) // 2 -%}
    case {%- if highest - lowest == 9 %} when {{ value }} is null then null {%- endif %}
    when {{ value }} > {{ edge }}{{ middle }} then {{ decile(value, edge, middle + 1, highest) }}
    else {{ decile(value, edge, lowest, middle) }} end
    {%- endif -%}
{%- endmacro %}

{% macro reaches_p95(cumulative, interactions, total) -%}
    {#- true for one of the bins that a total is counted in -#}
    {{ cumulative }} >= 0.95e0 * {{ total }}
    and {{ cumulative }} - {{ interactions }} < 0.95e0 * {{ total }}
{%- endmacro %}

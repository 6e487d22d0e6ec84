{# of a positive number #}
{% macro log_gamma(x) %}{{ stirling('(' ~ x ~ ')') if target.type == 'spark' else 'lgamma(' ~ x ~ ')' }}{% endmacro %}

{# Abramowitz and Stegun 6.1.41, seven steps up, where five terms reach the last digit #}
{% macro stirling(x) -%}
    (
        ({{ x }} + 6.5e0) * ln({{ x }} + 7) - {{ x }} - 7 + 0.91893853320467274178e0
        + (1e0 / 12 - (1e0 / 360 - (1e0 / 1260 - (1e0 / 1680 - 1e0 / 1188 / power({{ x }} + 7, 2)) / power({{ x }} + 7, 2)) / power({{ x }} + 7, 2)) / power({{ x }} + 7, 2)) / ({{ x }} + 7)
        - ln({{ x }}{% for step in range(1, 7) %} * ({{ x }} + cast({{ step }} as double)){% endfor %})
    )
{%- endmacro %}

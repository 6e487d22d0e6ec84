{# of a positive number #}
{% macro log_gamma(x) -%}
    {{ stirling('(' ~ x ~ ')') if target.type == 'spark' else 'lgamma(' ~ x ~ ')' }}
{%- endmacro %}

{# Abramowitz and Stegun 6.1.41 at x + 7, where five terms of the series are exact to the last
   digit, less ln(x) + ... + ln(x + 6) #}
{% macro stirling(x) -%}
    {%- set square = 'power(' ~ x ~ ' + 7, 2)' -%}
    (
        ({{ x }} + 6.5e0) * ln({{ x }} + 7) - {{ x }} - 7 + 0.91893853320467274178e0
        + (1e0 / 12 - (1e0 / 360 - (1e0 / 1260 - (1e0 / 1680 - 1e0 / 1188 / {{ square }})
        / {{ square }}) / {{ square }}) / {{ square }}) / ({{ x }} + 7)
        - ln({{ x }}
        {%- for step in range(1, 7) %} * ({{ x }} + cast({{ step }} as double)){% endfor -%}
        )
    )
{%- endmacro %}

{#- Wilson (1927) score interval of a rate, two-sided 95 % (z = 1.959964); null if no trials -#}
{% macro wilson_low(successes, trials) -%}
    greatest(0e0, {{ wilson_centre(successes, trials) }} - {{ wilson_margin(successes, trials) }})
{%- endmacro %}

{% macro wilson_high(successes, trials) -%}
    least(1e0, {{ wilson_centre(successes, trials) }} + {{ wilson_margin(successes, trials) }})
{%- endmacro %}

{% macro wilson_centre(successes, trials) -%}
    ({{ successes }} + 3.841459e0 / 2) / (nullif({{ trials }}, 0) + 3.841459e0)
{%- endmacro %}

{% macro wilson_margin(successes, trials) -%}
    1.959964e0 * sqrt(
        ({{ successes }}) * (1e0 - ({{ successes }}) / cast(nullif({{ trials }}, 0) as double))
        + 3.841459e0 / 4
    ) / (nullif({{ trials }}, 0) + 3.841459e0)
{%- endmacro %}

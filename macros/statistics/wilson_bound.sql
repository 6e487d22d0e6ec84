{#- upper end of the one-sided 95 % Wilson (1927) interval (z = 1.644854); null if no trials -#}
{% macro wilson_bound(successes, trials) -%}
    (
        {{ successes }} + 2.705543e0 / 2
        + 1.644854e0 * sqrt(
            ({{ successes }})
            * (1e0 - ({{ successes }}) / cast(nullif({{ trials }}, 0) as double))
            + 2.705543e0 / 4
        )
    ) / (nullif({{ trials }}, 0) + 2.705543e0)
{%- endmacro %}

{#-
    One end of the interval of a rate of bad answers, `side` '+' or '-': Wilson's (1927) interval at
    the number of labels whose variance would be the estimate's, with a quantile of Student's t. A
    variance of zero, as where every label is the same, is replaced by that of half a label.
-#}
{% macro quality_interval(side, end) -%}
    {%- set n = '(inside_rate * (1 - inside_rate) / floored_variance)' -%}
    {%- set q2 = '(quantile * quantile)' -%}
    {{ end }}(
        {{ '0e0' if side == '-' else '1e0' }},
        (
            clipped_rate + {{ q2 }} / (2 * {{ n }})
            {{ side }} quantile * sqrt(
                clipped_rate * (1 - clipped_rate) / {{ n }}
                + {{ q2 }} / (4 * {{ n }} * {{ n }})
            )
        ) / (1 + {{ q2 }} / {{ n }})
    )
{%- endmacro %}

{#-
    One end, `side` '-' or '+', of Wilson's (1927) interval of a rate at a number of labels that
    need not be whole, with a quantile of Student's t.
-#}
{% macro wilson_end(rate, labels, quantile, side) -%}
    {%- set q2 = '(' ~ quantile ~ ' * ' ~ quantile ~ ')' -%}
    (
        {{ rate }} + {{ q2 }} / (2 * {{ labels }})
        {{ side }} {{ quantile }} * sqrt(
            {{ rate }} * (1 - {{ rate }}) / {{ labels }}
            + {{ q2 }} / (4 * {{ labels }} * {{ labels }})
        )
    ) / (1 + {{ q2 }} / {{ labels }})
{%- endmacro %}

{#-
    The z of a standard normal whose tail is that of a count whose variance is `dispersion` times
    its mean, by Wilson and Hilferty (1931): of P(X >= events) above the expectation and of
    P(X <= events) below it, with the sign of the difference. Pass columns. Tails of a Poisson
    (dispersion 1) down to 1e-5 are .97 to 1.1 times the exact ones with 20 expected events or more,
    up to 1.4 times with 5 and 2.2 times with one half (lower ones 1.5 times with 20): too large
    rather than too small. Those of a gamma are up to 1.35 times.
-#}
{% macro count_tail_z(events, expected, dispersion) -%}
    case
        when {{ events }} >= {{ expected }}
            then greatest(0e0, {{ cube_root_z(events, expected, dispersion) }})
        else least(
            0e0, {{ cube_root_z('(' ~ events ~ ' + ' ~ dispersion ~ ')', expected, dispersion) }}
        )
    end
{%- endmacro %}

{% macro cube_root_z(events, expected, dispersion) -%}
    3 * sqrt({{ events }} / nullif({{ dispersion }}, 0)) * (
        1 - {{ dispersion }} / (9 * nullif({{ events }}, 0))
        - power({{ expected }} / nullif({{ events }}, 0), 1e0 / 3)
    )
{%- endmacro %}

{#- the same of an amount that is distributed as a gamma; null where none is expected -#}
{% macro amount_tail_z(amount, expected, dispersion) -%}
    (
        power(greatest({{ amount }}, 0e0) / nullif({{ expected }}, 0), 1e0 / 3) - 1
        + {{ dispersion }} / (9 * nullif({{ expected }}, 0))
    ) * 3 * sqrt({{ expected }} / nullif({{ dispersion }}, 0))
{%- endmacro %}

{#- the events from which on, or up to which, count_tail_z is t: Cornish and Fisher (1938) -#}
{% macro count_limit(t, expected, dispersion, sign) -%}
    greatest(
        0e0,
        {{ expected }} {{ sign }} {{ t }} * sqrt({{ expected }} * {{ dispersion }})
        + {{ dispersion }} * ({{ t }} * {{ t }} {{ '+ 2' if sign == '+' else '- 4' }}) / 6
    )
{%- endmacro %}

{% macro amount_limit(t, expected, dispersion, sign) -%}
    {{ expected }} * power(
        greatest(
            0e0,
            1 - {{ dispersion }} / (9 * nullif({{ expected }}, 0))
            {{ sign }} {{ t }} * sqrt({{ dispersion }} / nullif({{ expected }}, 0)) / 3
        ), 3
    )
{%- endmacro %}

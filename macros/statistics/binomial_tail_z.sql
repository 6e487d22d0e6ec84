{#-
    The z whose normal_tail is P(X >= events) for X ~ binomial(trials, probability), by Peizer and
    Pratt (1968), which keeps the skew that a normal approximation loses. With one or more expected
    events, tails between 1e-6 and .05 are within 6 % of the exact ones; with fewer, tails between
    1e-5 and .02 are .95 to 1.5 times those of whole events. Half an event or less is no evidence.
    Null if none is expected.
-#}
{% macro binomial_tail_z(events, trials, probability) -%}
    case
        when {{ trials }} > 0 and {{ events }} <= 0.5e0 then -38e0
        when abs({{ events }} - 0.5e0 - {{ trials }} * {{ probability }})
            < 1e-3 * sqrt({{ trials }} * {{ probability }} * (1e0 - {{ probability }}))
            then {{ peizer_pratt_distance(events, trials, probability) }}
            / sqrt(({{ trials }} + 1e0 / 6) * {{ probability }} * (1e0 - {{ probability }}))
        when {{ probability }} > 0 and {{ probability }} < 1
            then {{ peizer_pratt_distance(events, trials, probability) }}
            / abs({{ events }} - 0.5e0 - {{ trials }} * {{ probability }})
            * sqrt(2 / (1 + 1e0 / (6 * nullif({{ trials }}, 0))) * (
                ({{ events }} - 0.5e0)
                * ln(({{ events }} - 0.5e0) / ({{ trials }} * {{ probability }}))
                + ({{ trials }} - {{ events }} + 0.5e0)
                * ln(
                    ({{ trials }} - {{ events }} + 0.5e0)
                    / ({{ trials }} * (1e0 - {{ probability }}))
                )
            ))
    end
{%- endmacro %}

{% macro peizer_pratt_distance(events, trials, probability) -%}
    (
        {{ events }} - 1e0 / 3 - ({{ trials }} + 1e0 / 3) * {{ probability }}
        + 0.02e0 * (
            (1e0 - {{ probability }}) / {{ events }}
            - {{ probability }} / ({{ trials }} - {{ events }} + 1)
            + (0.5e0 - {{ probability }}) / ({{ trials }} + 1)
        )
    )
{%- endmacro %}

{#-
    z of a slice's events against its complement's: the signed root of the likelihood-ratio
    statistic of the two-by-two table, less half an event, so that normal_tail(z) is P(X >= events).
    A normal approximation of the count loses the skew and makes small slices look significant.
    With 3 expected events, within a factor of 1.5 of scipy's hypergeometric tail down to 1e-12.
-#}
{% macro excess_z(events, trials, total_events, total_trials) -%}
    {%- set successes = trials ~ ' - ' ~ events -%}
    {%- set total_successes = total_trials ~ ' - ' ~ total_events -%}
    {%- set other_trials = total_trials ~ ' - ' ~ trials -%}
    {%- set other_events = total_events ~ ' - ' ~ events ~ ' + 0.5e0' -%}
    {%- set other_successes = total_successes ~ ' - ' ~ trials ~ ' + ' ~ events ~ ' - 0.5e0' -%}
    case
        when {{ events }} = 0 then -38e0
        else sign(
            {{ events }} - 0.5e0
            - {{ trials }} * {{ total_events }} / cast({{ total_trials }} as double)
        ) * sqrt(2 * greatest(0e0,
            {{ deviance(events ~ ' - 0.5e0', trials, total_events, total_trials) }}
            + {{ deviance(successes ~ ' + 0.5e0', trials, total_successes, total_trials) }}
            + {{ deviance(other_events, other_trials, total_events, total_trials) }}
            + {{ deviance(other_successes, other_trials, total_successes, total_trials) }}
        ))
    end
{%- endmacro %}

{#- observed x ln(observed / expected) of one cell; 0 for an empty row or column -#}
{% macro deviance(observed, row_total, column_total, grand_total) -%}
    coalesce(
        ({{ observed }}) * ln(
            ({{ observed }}) * {{ grand_total }}
            / nullif(cast(({{ row_total }}) as double) * ({{ column_total }}), 0)
        ), 0e0
    )
{%- endmacro %}

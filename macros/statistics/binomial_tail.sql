{#-
    P(X >= events) for X ~ binomial(trials, probability), exact: one minus the sum of the terms
    below `events`, which must be a small whole number. Absolute error against scipy up to 1e7
    trials: 1e-7; null for null.
-#}
{% macro binomial_tail(events, trials, probability) -%}
    case
        when {{ events }} <= 0 then 1e0
        when {{ probability }} <= 0 then 0e0
        when {{ probability }} >= 1 then 1e0
        else greatest(0e0, 1e0 - {{ sum_of_items(for_each(
            numbers_below('cast(' ~ events ~ ' as bigint)'), 'term',
            'exp(' ~ log_gamma(trials ~ ' + 1') ~ ' - ' ~ log_gamma('term + 1')
            ~ ' - ' ~ log_gamma(trials ~ ' - term + 1')
            ~ ' + term * ln(' ~ probability ~ ')'
            ~ ' + (' ~ trials ~ ' - term) * ln(1e0 - ' ~ probability ~ '))'
        )) }})
    end
{%- endmacro %}

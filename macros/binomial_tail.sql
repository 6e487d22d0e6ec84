{% macro binomial_tail(events, trials, probability) -%}
    {#- P(X >= events) for X ~ binomial(trials, probability), exact: for counts small enough to sum over -#}
    least(1e0, list_sum(list_transform(
        range(cast({{ events }} as bigint), cast({{ trials }} as bigint) + 1),
        lambda hits: exp(
            lgamma({{ trials }} + 1e0) - lgamma(hits + 1e0) - lgamma({{ trials }} - hits + 1e0)
            + hits * ln({{ probability }}) + ({{ trials }} - hits) * ln(1e0 - {{ probability }})
        )
    )))
{%- endmacro %}

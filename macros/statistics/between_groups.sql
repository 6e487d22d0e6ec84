{% macro between_groups_variance(events, trials) -%}
    {#- the variance of sum(events) / sum(trials), clustered by session: rows are session groups -#}
    count(*) filter (where {{ trials }} > 0)
    / cast(nullif(count(*) filter (where {{ trials }} > 0) - 1, 0) as double)
    * (
        {{ exact_sum(events ~ ' * ' ~ events) }}
        - 2e0 * {{ exact_sum(events) }} / nullif(sum({{ trials }}), 0)
        * {{ exact_sum(events ~ ' * ' ~ trials) }}
        + power({{ exact_sum(events) }} / cast(nullif(sum({{ trials }}), 0) as double), 2)
        * {{ exact_sum(trials ~ ' * ' ~ trials) }}
    ) / power(cast(nullif(sum({{ trials }}), 0) as double), 2)
{%- endmacro %}

{% macro effective_trials(metric, trials) -%}
    {#- how many independent trials give the same variance; with too few events to estimate it,
        one per session -#}
    case
        when least({{ metric }}_rate, 1e0 - {{ metric }}_rate) * {{ trials }} >= 5
            then least(
                {{ trials }},
                {{ metric }}_rate * (1e0 - {{ metric }}_rate) / nullif({{ metric }}_variance, 0)
            )
        else least({{ trials }}, sessions)
    end as {{ metric }}_trials
{%- endmacro %}

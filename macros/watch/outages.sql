{#- what failed more often than usual on each judged day, and the last day on which it did not; a
    day without a verdict neither starts an outage nor ends one -#}
{% macro outage_days(anomalies, metrics) -%}
    select
        dimension,
        member,
        interaction_date,
        bool_or(verdict = 'higher' and window_days = 1) as is_higher_that_day,
        max(window_days) as longest_window_days,
        min_by(value, window_days) filter (where verdict = 'higher') as higher_rate,
        max(baseline) as usual_rate,
        max(case when not bool_or(verdict = 'higher') then interaction_date end) over (
            partition by dimension, member
        ) as last_usual_date

    from {{ anomalies }}

    where
        metric in ('{{ metrics | join("', '") }}')
        and dimension in ('model_provider', 'model')
        and verdict in ('higher', 'normal', 'lower')

    group by dimension, member, interaction_date
{%- endmacro %}

{#- the providers, and the models by themselves, that still do, and since when: the first day that
    was high by itself, or the first day of the first window that was high -#}
{% macro outages(days) -%}
    select
        case when dimension = 'model_provider' then member end as model_provider,
        case when dimension = 'model' then member end as model_name,
        coalesce(
            min(case when is_higher_that_day then interaction_date end),
            cast(
                min(interaction_date) - (max(longest_window_days) - 1) * interval 1 day
                as date
            )
        ) as failing_since,
        max_by(higher_rate, interaction_date) as higher_rate,
        max_by(usual_rate, interaction_date) as usual_rate

    from {{ days }}

    where interaction_date > coalesce(last_usual_date, date '0001-01-01')

    group by dimension, member
{%- endmacro %}

{% macro last_evaluation(column, value) -%}
    {#- a person's counts more than a model's, and a model's more than that of code; an evaluator
        of no known kind counts as a model; of one kind the last counts -#}
    max_by(
        {{ value }},
        (
            case evaluator_kind when 'person' then 2 when 'code' then 0 else 1 end,
            coalesce(timestamp_utc, timestamp '0001-01-01'), evaluation_id, score
        )
    ) filter (where contract_column = '{{ column }}')
{%- endmacro %}

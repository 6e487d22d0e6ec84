{% macro last_evaluation(column, value) -%}
    max_by(
        {{ value }},
        (coalesce(timestamp_utc, timestamp '0001-01-01'), evaluation_id, score)
    ) filter (where contract_column = '{{ column }}')
{%- endmacro %}

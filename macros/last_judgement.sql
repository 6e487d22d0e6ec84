{% macro last_judgement(column, value) -%}
    arg_max(
        {{ value }},
        (coalesce(timestamp_utc, timestamp '0001-01-01'), evaluation_id, score)
    ) filter (where contract_column = '{{ column }}')
{%- endmacro %}

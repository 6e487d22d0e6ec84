{# one row per day from the first to the last; no row if either is null #}
{% macro day_series(first_date, last_date) -%}
    {%- if target.type == 'spark' -%}
    explode(sequence({{ first_date }}, {{ last_date }}, interval 1 day))
    {%- else -%}
    cast(unnest(generate_series({{ first_date }}, {{ last_date }}, interval 1 day)) as date)
    {%- endif -%}
{%- endmacro %}

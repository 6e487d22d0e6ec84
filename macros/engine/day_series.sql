{# every day from the first to the last, one a row; no row where they are null #}
{% macro day_series(first_date, last_date) %}{{ 'explode(sequence(' ~ first_date ~ ', ' ~ last_date ~ ', interval 1 day))' if target.type == 'spark' else 'cast(unnest(generate_series(' ~ first_date ~ ', ' ~ last_date ~ ', interval 1 day)) as date)' }}{% endmacro %}

{# every day from the first to the last, one a row; no row where they are null #}
{% macro day_series(first_date, last_date) %}cast({{ row_for_each(('sequence' if target.type == 'spark' else 'generate_series') ~ '(' ~ first_date ~ ', ' ~ last_date ~ ', interval 1 day)') }} as date){% endmacro %}

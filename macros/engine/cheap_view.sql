{# what is cheap to compute again; Spark's tables are read as files, which no view is #}
{% macro cheap_view() %}{{ return('table' if target.type == 'spark' else 'view') }}{% endmacro %}

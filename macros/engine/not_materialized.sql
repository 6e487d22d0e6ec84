{# for CTEs that cost less to read again than to keep; Spark keeps none #}
{% macro not_materialized() %}{{ 'not materialized ' if target.type != 'spark' }}{% endmacro %}

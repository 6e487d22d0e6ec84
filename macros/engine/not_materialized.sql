{# what several steps read, and is dearer to keep than to read again; Spark keeps nothing #}
{% macro not_materialized() %}{{ 'not materialized ' if target.type != 'spark' }}{% endmacro %}

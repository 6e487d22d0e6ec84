{# for models that are cheap to recompute; Spark's tables are read as files, and a view has none #}
{% macro cheap_view() %}{{ return('table' if target.type == 'spark' else 'view') }}{% endmacro %}

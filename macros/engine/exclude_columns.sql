{# a star without some of its columns #}
{% macro exclude_columns(columns) %}{{ 'except' if target.type == 'spark' else 'exclude' }} ({{ columns }}){% endmacro %}

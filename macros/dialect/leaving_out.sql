{# a star without some of its columns #}
{% macro leaving_out(columns) %}{{ 'except' if target.type == 'spark' else 'exclude' }} ({{ columns }}){% endmacro %}

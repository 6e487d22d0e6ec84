{# after a star: all columns but these #}
{% macro exclude_columns(columns) -%}
    {{ 'except' if target.type == 'spark' else 'exclude' }} ({{ columns }})
{%- endmacro %}

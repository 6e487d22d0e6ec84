{# the Monday-to-Sunday week of ISO 8601: 2025-W01 starts in December 2024 #}
{% macro iso_week(moment) -%}
    {%- if target.type == 'spark' -%}
    concat(extract(yearofweek from {{ moment }}), '-W', lpad(weekofyear({{ moment }}), 2, '0'))
    {%- else -%}
    strftime({{ moment }}, '%G-W%V')
    {%- endif -%}
{%- endmacro %}

{# the Monday-to-Sunday week of ISO 8601: 2025-W01 starts in December 2024 #}
{% macro iso_week(moment) %}strftime({{ moment }}, '%G-W%V'){% endmacro %}

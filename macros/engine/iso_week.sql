{# the Monday-to-Sunday week of ISO 8601: 2025-W01 starts in December 2024 #}
{% macro iso_week(moment) %}{{ 'concat(extract(yearofweek from ' ~ moment ~ "), '-W', lpad(weekofyear(" ~ moment ~ "), 2, '0'))" if target.type == 'spark' else 'strftime(' ~ moment ~ ", '%G-W%V')" }}{% endmacro %}

{# 1 is a Monday #}
{% macro iso_weekday(moment) -%}
    extract({{ 'dayofweek_iso' if target.type == 'spark' else 'isodow' }} from {{ moment }})
{%- endmacro %}

{% macro days_between(first_date, last_date) -%}
    {%- if target.type == 'spark' -%}
    date_diff({{ last_date }}, {{ first_date }})
    {%- else -%}
    date_diff('day', {{ first_date }}, {{ last_date }})
    {%- endif -%}
{%- endmacro %}

{# since 1970 #}
{% macro microseconds(moment) -%}
    {{ 'unix_micros' if target.type == 'spark' else 'epoch_us' }}({{ moment }})
{%- endmacro %}

{# the local time of a moment in UTC, in the time zone of the business #}
{% macro business_time(moment) -%}
    {%- set zone = text_knob('business_time_zone') -%}
    {%- if zone == 'UTC' -%}{{ moment }}
    {%- elif target.type == 'spark' -%}from_utc_timestamp({{ moment }}, '{{ zone }}')
    {%- else -%}timezone('{{ zone }}', timezone('UTC', {{ moment }})){%- endif -%}
{%- endmacro %}

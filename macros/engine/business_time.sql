{# what the clock on the wall says in the business's time zone, for a moment in UTC #}
{% macro business_time(moment) -%}
    {%- set zone = text_knob('business_time_zone') -%}
    {%- if zone == 'UTC' -%}{{ moment }}
    {%- elif target.type == 'spark' -%}from_utc_timestamp({{ moment }}, '{{ zone }}')
    {%- else -%}timezone('{{ zone }}', timezone('UTC', {{ moment }})){%- endif -%}
{%- endmacro %}

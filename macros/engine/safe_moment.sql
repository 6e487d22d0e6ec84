{# a timestamp, or a number: seconds, milli-, micro- or nanoseconds since 1970, told apart by size #}
{% macro safe_moment(column) -%}
    case when try_cast({{ column }} as decimal(38, 9)) > 0 then make_timestamp(cast(trunc({{ epoch_microseconds('try_cast(' ~ column ~ ' as decimal(38, 9))') }}) as bigint)) else {{ safe_timestamp(column) }} end
{%- endmacro %}

{% macro epoch_microseconds(number) -%}
    case when {{ number }} < 100000000000 then {{ number }} * 1000000 when {{ number }} < 100000000000000 then {{ number }} * 1000 when {{ number }} < 100000000000000000 then {{ number }} else {{ number }} / 1000 end
{%- endmacro %}

{% macro milliseconds_between(start, finish) -%}
    ({{ microseconds(finish) }} - {{ microseconds(start) }}) / 1e3
{%- endmacro %}

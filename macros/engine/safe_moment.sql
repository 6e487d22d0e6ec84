{# a timestamp, or seconds, milli-, micro- or nanoseconds since 1970, recognised by their size #}
{% macro safe_moment(column) -%}
    {%- set number = 'try_cast(' ~ column ~ ' as decimal(38, 9))' -%}
    case
        when {{ number }} > 0
            then make_timestamp(cast(trunc({{ epoch_microseconds(number) }}) as bigint))
        else {{ safe_timestamp(column) }}
    end
{%- endmacro %}

{% macro epoch_microseconds(number) -%}
    case
        when {{ number }} < 100000000000 then {{ number }} * 1000000
        when {{ number }} < 100000000000000 then {{ number }} * 1000
        when {{ number }} < 100000000000000000 then {{ number }}
        else {{ number }} / 1000
    end
{%- endmacro %}

{% macro milliseconds_between(start, finish) -%}
    ({{ microseconds(finish) }} - {{ microseconds(start) }}) / 1e3
{%- endmacro %}

{# a timestamp, or seconds, milli-, micro- or nanoseconds since 1970, recognised by their size #}
{% macro safe_moment(column) -%}
    {%- set number = 'try_cast(' ~ column ~ ' as decimal(38, 9))' -%}
    case
        when {{ number }} > 0 then {{ plausible_time(
            'make_timestamp(cast(trunc(' ~ epoch_microseconds(number) ~ ') as bigint))'
        ) }}
        else {{ safe_timestamp(column) }}
    end
{%- endmacro %}

{# larger numbers than these are nothing since 1970, and would not fit into a timestamp #}
{% macro epoch_microseconds(number) -%}
    case
        when {{ number }} < 100000000000 then {{ number }} * 1000000
        when {{ number }} < 100000000000000 then {{ number }} * 1000
        when {{ number }} < 100000000000000000 then {{ number }}
        when {{ number }} < 10000000000000000000 then {{ number }} * 0.001
    end
{%- endmacro %}

{% macro otlp_time(nanoseconds) -%}
    {#- since 1970; an unset time is 0 -#}
    {%- set value = 'try_cast(' ~ nanoseconds ~ ' as bigint)' -%}
    case
        when {{ value }} between {{ microseconds(earliest_time()) }} * 1000
            and {{ microseconds(latest_time()) }} * 1000 then {{ value }}
    end
{%- endmacro %}

{% macro otlp_milliseconds(started_ns, ended_ns) -%}
    case when {{ ended_ns }} >= {{ started_ns }} then ({{ ended_ns }} - {{ started_ns }}) / 1e6 end
{%- endmacro %}

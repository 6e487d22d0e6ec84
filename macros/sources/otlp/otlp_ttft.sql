{% macro otlp_ttft_ms(call) -%}
    {#- the server's own clock is in milliseconds where so many seconds would outlast the call;
        OpenLIT for Python starts it when the response has started -#}
    coalesce(
        {{ call }}.ttft_s * 1e3,
        {{ call }}.ttft_ms,
        case
            when {{ call }}.scope_name like 'openlit.%' then null
            when {{ call }}.server_ttft * 1e9 > {{ call }}.ended_ns - {{ call }}.started_ns
                then {{ call }}.server_ttft
            else {{ call }}.server_ttft * 1e3
        end,
        ({{ call }}.first_token_ns - {{ call }}.started_ns) / 1e6
    )
{%- endmacro %}

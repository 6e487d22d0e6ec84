{% macro latency_of_call(latency, ttft) -%}
    {#- some instrumentations end the span of a stream before its first token, so that the span
        does not last as long as the call: its latency is unknown -#}
    case when coalesce({{ ttft }} - {{ latency }} <= 2, true) then {{ latency }} end
{%- endmacro %}

{% macro ttft_of_call(latency, ttft) -%}
    {#- others repeat the end of the span as the first token, rounded in another way -#}
    case
        when {{ ttft }} >= 0 and coalesce({{ latency }} - {{ ttft }} >= 2, true)
            then {{ ttft }}
    end
{%- endmacro %}

{% macro otlp_failure_type(error_type, finish_reason) -%}
    {#- the kinds of failure that all sources share -#}
    case
        when {{ otlp_is_safety_block(finish_reason) }} then 'safety_block'
        when {{ error_type }} is null then 'none'
        when regexp_matches({{ error_type }}, '(?i)content.?(filter|policy)') then 'safety_block'
        when regexp_matches({{ error_type }}, '(?i)rate.?limit|too.?many|^429$') then 'rate_limit'
        when {{ otlp_is_timeout(error_type) }} then 'timeout'
        else 'provider_error'
    end
{%- endmacro %}

{% macro otlp_is_timeout(error_type) -%}
    coalesce(regexp_matches({{ error_type }}, '(?i)timeout|timed.?out|deadline|^(408|504)$'), false)
{%- endmacro %}

{% macro otlp_is_safety_block(finish_reason) -%}
    coalesce({{ finish_reason }} in ('content_filter', 'safety', 'prohibited_content', 'refusal', 'blocklist', 'spii'), false)
{%- endmacro %}

{#- one vocabulary for every source; `error` is its class, code and message, or null -#}
{% macro failure_type(is_failure, error, finish_reason="cast(null as varchar)") -%}
    {%- set rate_limits = '(?i)rate.?limit|too.?many.?requests|\\b429\\b' -%}
    case
        when {{ is_safety_block(error, finish_reason) }} then 'safety_block'
        when not {{ is_failure }} then 'none'
        when regexp_matches({{ error }}, '{{ rate_limits }}') then 'rate_limit'
        when {{ is_timeout(error) }} then 'timeout'
        when {{ is_failure }} then 'provider_error'
    end
{%- endmacro %}

{% macro is_timeout(error) -%}
    coalesce(regexp_matches({{ error }}, '(?i)time.?d?.?out|deadline|\b(408|504)\b'), false)
{%- endmacro %}

{% macro is_safety_block(error, finish_reason="cast(null as varchar)") -%}
    {%- set reasons = [
        'content_filter', 'safety', 'prohibited_content', 'refusal', 'blocklist', 'spii',
    ] -%}
    {%- set errors = '(?i)content.?(filter|policy|management)|guardrail|blocked.?pii' -%}
    (
        coalesce(lower({{ finish_reason }}) in ('{{ reasons | join("', '") }}'), false)
        or coalesce(regexp_matches({{ error }}, '{{ errors }}'), false)
    )
{%- endmacro %}

{% macro error_words(message) -%}
    {#- the words of a message that tell how a call failed; the rest may quote a prompt -#}
    nullif(array_to_string(regexp_extract_all(
        {{ message }},
        '(?i)[a-z_.]*(?:error|exception)\b|rate.?limit|too.?many.?requests|\b[45][0-9]{2}\b'
        || '|time.?d?.?out|deadline|content.?(?:filter|policy|management)|guardrail'
    ), ' '), '')
{%- endmacro %}

{% macro error_name(error_type, words, has_error) -%}
    {#- the class in the message, where no attribute names one -#}
    case when {{ has_error }} then coalesce(
        {{ error_type }},
        nullif(regexp_extract({{ words }}, '[A-Za-z_.]*(Error|Exception)'), '')
    ) end
{%- endmacro %}

{% macro finish_word(reasons) -%}
    {#- the first reason of a list; one spelling for tool_call and tool-calls -#}
    nullif(regexp_replace(
        lower(regexp_extract(replace({{ reasons }}, '-', '_'), '[A-Za-z_]+')),
        '^tool_call$', 'tool_calls'
    ), '')
{%- endmacro %}

{#- one vocabulary for every source; `error` is all that tells how the call failed, as one text:
    its class, code, HTTP status and the error_words of its messages, or null -#}
{% macro failure_type(is_failure, error, finish_reason="cast(null as varchar)") -%}
    {%- set rate_limits = '(?i)' ~ rate_limit_words() ~ '|' ~ http_status('429') -%}
    case
        when {{ is_safety_block(error, finish_reason) }} then 'safety_block'
        when not {{ is_failure }} then 'none'
        when regexp_matches({{ error }}, '{{ rate_limits }}') then 'rate_limit'
        when {{ is_timeout(error) }} then 'timeout'
        when {{ is_failure }} then 'provider_error'
    end
{%- endmacro %}

{% macro is_timeout(error) -%}
    {%- set timeouts = '(?i)' ~ timeout_words() ~ '|' ~ http_status('408|504|522|524') -%}
    coalesce(regexp_matches({{ error }}, '{{ timeouts }}'), false)
{%- endmacro %}

{% macro is_safety_block(error, finish_reason="cast(null as varchar)") -%}
    {%- set errors = '(?i)' ~ safety_words() -%}
    (
        coalesce(
            regexp_full_match(
                replace({{ finish_reason }}, '-', '_'), '(?i){{ safety_finish_reasons() }}'
            ),
            false
        )
        or coalesce(regexp_matches({{ error }}, '{{ errors }}'), false)
    )
{%- endmacro %}

{% macro is_caller_gone(error) -%}
    {#- the reader of the answer left or cancelled it; a deadline that ran out is a timeout -#}
    {%- set gone = '(?i)' ~ caller_gone_words() ~ '|cancell?ed|' ~ http_status('499') -%}
    (
        coalesce(regexp_matches({{ error }}, '{{ gone }}'), false)
        and not {{ is_timeout(error) }}
    )
{%- endmacro %}

{% macro specific_error(name) -%}
    {#- null for names that any failure could have -#}
    case
        when not regexp_full_match(trim({{ name }}), '(?i){{ unspecific_error_names() }}')
            then {{ name }}
    end
{%- endmacro %}

{% macro error_name(error_type, words, has_error) -%}
    {#- the class in the message, where no attribute names one -#}
    {%- set class_in_words -%}
    nullif(regexp_extract({{ words }}, '[A-Za-z_.]*(Error|Exception)\b'), '')
    {%- endset -%}
    case when {{ has_error }} then coalesce(
        {{ specific_error(error_type) }},
        {{ specific_error(class_in_words) }},
        {{ error_type }},
        {{ class_in_words }}
    ) end
{%- endmacro %}

{% macro finish_word(reasons) -%}
    {#- the first reason of a list, without the name of its enumeration; one spelling for
        tool_call and tool-calls, for stop, complete and the status of a finished response -#}
    {%- set word -%}
    lower(regexp_extract(
        replace({{ reasons }}, '-', '_'), '(?:[A-Za-z_]+[.])*([A-Za-z_]+)', 1
    ))
    {%- endset -%}
    case
        when {{ reasons }} in ('stop', 'length', 'tool_calls', 'end_turn') then {{ reasons }}
        else nullif(regexp_replace(
            regexp_replace({{ word }}, '^tool_call$', 'tool_calls'), '^completed?$', 'stop'
        ), '')
    end
{%- endmacro %}

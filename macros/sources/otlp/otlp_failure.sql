{% macro otlp_class_name(name) -%}
    {#- openai.RateLimitError of <class 'openai.RateLimitError'> -#}
    case
        when starts_with({{ name }}, '<') then nullif(
            regexp_extract({{ name }}, '[A-Za-z_][A-Za-z0-9_.]*[.][A-Za-z0-9_.]+'), ''
        )
        else {{ name }}
    end
{%- endmacro %}

{% macro otlp_has_error(span) -%}
    coalesce({{ span }}.status.code in ('2', 'STATUS_CODE_ERROR'), false)
{%- endmacro %}

{% macro otlp_has_ok(span) -%}
    coalesce({{ span }}.status.code in ('1', 'STATUS_CODE_OK'), false)
{%- endmacro %}

{% macro otlp_is_answered() -%}
    {#- the model answered, whatever happened around it -#}
    (
        coalesce(completion_tokens != '0', false)
        or coalesce(finish_reason not in ('error', 'failed'), false)
    )
{%- endmacro %}

{% macro otlp_is_failure(span) -%}
    {#- an exception may have been recovered from, and an instrumentation may hand the error of
        one span on to the next: beside an answer, only what names the error counts -#}
    case
        when kind = 'call' then
            coalesce(finish_reason in ('error', 'failed'), false)
            or coalesce(lower(level) = 'error', false)
            or (
                {{ otlp_has_error(span) }}
                and (not is_answered or exception is not null or error_code is not null)
            )
            or (error_code is not null and not (is_answered and {{ otlp_has_ok(span) }}))
            or (exception is not null and not is_answered)
            or (
                not is_answered
                and response_id is null
                and not {{ otlp_has_ok(span) }}
                and {{ otlp_scope_omits('scope_name', 'omits_error_status') }}
            )
        when kind = 'tool' then
            {{ otlp_has_error(span) }}
            or coalesce(lower(level) = 'error', false)
            or coalesce(error_code, exception.name) is not null
        else {{ otlp_has_error(span) }}
    end
{%- endmacro %}

{% macro otlp_error_words(span) -%}
    {#- all that tells how a span failed; of messages only words of a fixed list -#}
    {{ joined_words('[' ~ [
        'error_code', otlp_class_name('exception_type'), error_words(span ~ '.status.message'),
        error_words('status_text'), error_words('exception_message'),
    ] | join(', ') ~ ']') }}
{%- endmacro %}

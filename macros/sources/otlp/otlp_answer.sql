{% macro otlp_has_failed() -%}
    {#- anyone who stops reading a stream may leave an error on its span -#}
    ((has_error_status or error_type is not null) and is_abandoned_stream is not true)
{%- endmacro %}

{% macro otlp_tells_output(aliases) -%}
    {#- looked up only where no usage says that a model answered -#}
    case
        when
            kind = 'call'
            and coalesce(call_fields.prompt_tokens, call_fields.completion_tokens) is null
            then {{ otlp_value(aliases, 'output') }} is not null
    end
{%- endmacro %}

{% macro otlp_has_message() -%}
    {#- looked up only where no usage says that a model answered; whether the answer's message is
        there, not what it says -#}
    {%- set keys = [
        'llm.output_messages.0.message.role', 'gen_ai.completion.0.role', 'gen_ai.output.messages',
    ] -%}
    case
        when
            kind = 'call'
            and coalesce(call_fields.prompt_tokens, call_fields.completion_tokens) is null
            then {{ otlp_value({'message': keys}, 'message') }} is not null
    end
{%- endmacro %}

{% macro otlp_names_stream() -%}
    {#- the method that the span is named after, or a log of a stream that has ended -#}
    (
        starts_with(dialect_kind, 'ai.stream')
        or logged_duration_s is not null
        or (
            kind = 'call'
            and contains(span.name, 'stream')
            and regexp_matches(span.name, '(^|[._])a?stream([._]|$)')
        )
    )
{%- endmacro %}

{% macro otlp_logged_duration(aliases) -%}
    {#- of a log that is written as a span without length -#}
    case
        when kind = 'call' and span.startTimeUnixNano = span.endTimeUnixNano
            then {{ safe_double(otlp_value(aliases, 'logged_duration_s')) }}
    end
{%- endmacro %}

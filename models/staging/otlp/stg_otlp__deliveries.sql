{{ config(enabled=is_source_on(this)) }}

{%- set aliases = otlp_aliases() -%}
{%- set context = otlp_context('trace') + otlp_context('ancestors') -%}
{%- set numbers = otlp_call_numbers() -%}
{%- set texts = otlp_call_texts() -%}
{%- set of_spans = otlp_kinds() + context + ['tool_name', 'error_type'] -%}
{%- set of_calls = texts + numbers | list + ['invocation_parameters'] -%}

with

records as (

    select * from {{ ref('stg_otlp__records') }}

),

attribute_lists as (

    select
        *,
        {{ otlp_attributes('span.attributes') }},
        {{ otlp_attributes('log_record.attributes', 'log_') }}

    from records

),

field_values as (

    select
        *,
        {{ otlp_values(aliases, of_spans) }} as span_fields,
        case when log_record is not null
            then {{ otlp_values(aliases, otlp_log_texts(), 'log_') }} end as log

    from attribute_lists

),

span_texts as (

    select
        *,
        {{ otlp_texts('span_fields', of_spans) }}

    from field_values

),

spans_with_kind as (

    select
        * replace ({{ hashed_user('user_id') }} as user_id),
        {{ otlp_kind(aliases) }} as kind

    from span_texts

),

-- most spans are not calls: look up call attributes only for calls
call_values as (

    select
        *,
        case when kind = 'call'
            then {{ otlp_values(aliases, of_calls) }} end as call_fields

    from spans_with_kind

),

call_texts as (

    select
        * exclude (
            key_hashes, attribute_values, log_key_hashes, log_attribute_values,
            span_fields, call_fields
        ),
        {{ otlp_texts('call_fields', of_calls) }}

    from call_values

),

-- most spans have no events, and most calls no parameters in JSON
with_parameters as (

    select
        * exclude (log),
        {{ otlp_log('log', 'log_record') }} as log,
        case when invocation_parameters is not null then try(json_extract_string(
            invocation_parameters,
            [
                '$.model', '$.temperature', '$.top_p', '$.max_tokens',
                '$.max_completion_tokens', '$.max_output_tokens', '$.stream'
            ]
        )) end as parameters,
        {{ otlp_event('span.events', 'First Token Stream Event') }} as first_token,
        {{ otlp_text(otlp_attribute(
            '(' ~ otlp_event('span.events', 'exception') ~ ').attributes', 'exception.type'
        )) }} as exception_type

    from call_texts

),

merged as (

    select
        * replace (
            -- OpenInference records the response's model as the requested one
            coalesce(parameters[1], request_model) as request_model,
            coalesce(temperature, parameters[2]) as temperature,
            coalesce(top_p, parameters[3]) as top_p,
            coalesce(max_tokens, parameters[4], parameters[5], parameters[6])
                as max_tokens,
            coalesce(is_streaming, parameters[7]) as is_streaming
        )

    from with_parameters

),

typed as (
    select
        * exclude ({{ numbers | list | join(', ') }}),
        {{ typed_columns(numbers) }}
    from merged
),

deliveries as (

    select
        file_name,
        {{ otlp_id('span.traceId', 16) }} as trace_id,
        {{ otlp_id('span.spanId', 8) }} as span_id,
        {{ otlp_id('span.parentSpanId', 8) }} as parent_span_id,
        kind,
        try_cast(span.startTimeUnixNano as bigint) as started_ns,
        try_cast(span.endTimeUnixNano as bigint) as ended_ns,
        {{ otlp_has_error('span') }} as has_error_status,
        {{ otlp_has_answer('span') }} as has_answer,
        -- no other status message is kept: it may quote a prompt
        span.status.message = 'abandoned stream' as is_abandoned_stream,
        coalesce(
            error_type, if({{ otlp_has_answer('span') }}, null, exception_type)
        ) as error_type,
        try_cast(first_token.timeUnixNano as bigint) as first_token_ns,
        {{ otlp_kept_events('span.events') }} as events,
        log,
        tool_name,
        scope_name,
        service_name,
        environment,
        {{ (context + texts + numbers | list) | join(', ') }},
        {{ rejected_values(numbers) }} as rejected_values

    from typed

)

select * from deliveries

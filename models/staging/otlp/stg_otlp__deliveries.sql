{{ config(enabled=is_source_on(this)) }}

{%- set context = otlp_context('trace') + otlp_context('ancestors') -%}
{%- set numbers = otlp_call_numbers() -%}
{%- set texts = otlp_call_texts() -%}

with

attributes as (

    select * from {{ ref('stg_otlp__attributes') }}

),

-- most spans have no events, and most calls no parameters in JSON
invoked as (

    select
        * exclude (log),
        {{ otlp_log('log', 'log_record') }} as log,
        case when invocation_parameters is not null then try(json_extract_string(invocation_parameters, [
            '$.model', '$.temperature', '$.top_p', '$.max_tokens',
            '$.max_completion_tokens', '$.max_output_tokens', '$.stream'
        ])) end as invoked,
        {{ otlp_event('span.events', 'First Token Stream Event') }} as first_token,
        {{ otlp_text(otlp_attribute(
            '(' ~ otlp_event('span.events', 'exception') ~ ').attributes', 'exception.type'
        )) }} as exception_type

    from attributes

),

merged as (

    select
        * replace (
            -- with both dialects on, OpenInference names the model of the answer as the requested one
            coalesce(invoked[1], request_model) as request_model,
            coalesce(temperature, invoked[2]) as temperature,
            coalesce(top_p, invoked[3]) as top_p,
            coalesce(max_tokens, invoked[4], invoked[5], invoked[6]) as max_tokens,
            coalesce(is_streaming, invoked[7]) as is_streaming
        )

    from invoked

),

typed as (
    select
        * exclude ({{ numbers | list | join(', ') }}),
        {{ typed_columns(numbers) }}
    from merged
),

delivered as (

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
        -- all else that a status says may quote what was asked
        span.status.message = 'abandoned stream' as is_abandoned_stream,
        coalesce(error_type, if({{ otlp_has_answer('span') }}, null, exception_type)) as error_type,
        try_cast(first_token.timeUnixNano as bigint) as first_token_ns,
        {{ otlp_kept_events('span.events') }} as events,
        log,
        tool_name,
        service_name,
        environment,
        {{ (context + texts + numbers | list) | join(', ') }},
        {{ rejected_values(numbers) }} as rejected_values

    from typed

)

select * from delivered

{{ config(
    enabled=is_source_on(this),
    pre_hook='{{ forget_torn_lines() }}',
    post_hook="{{ count_torn_lines(this, source_files('otlp', ['jsonl', 'ndjson']),
        {'file_name': 'file_path'}) }}"
) }}

{%- set aliases = otlp_aliases() -%}
{%- set labels = otlp_context('trace')[2:] -%}
{%- set context = otlp_context('trace') + otlp_context('ancestors') -%}
{%- set numbers = otlp_call_numbers() -%}
{%- set texts = otlp_call_texts() -%}
{%- set of_calls = texts + numbers | list + otlp_call_shapes() -%}
{%- set long_texts = ['invocation_parameters', 'usage_json', 'cost_json', 'metadata'] -%}
{%- set usage_fields = token_counts() + ['cost_usd', 'finish_reason'] -%}
{%- set detail_fields = token_counts()[2:] -%}

with

records as (

    select * from {{ ref('stg_otlp__records') }}

),

spans_with_kind as (

    select
        * exclude (stated_kind) replace (
            {% for label in labels -%}
            if(
                tags is null, {{ label }}, coalesce({{ tag_value('tags', label) }}, {{ label }})
            ) as {{ label }},
            {% endfor -%}
            {{ hashed_user('coalesce(user_id, gateway_user_id)') }} as user_id
        ),
        {{ otlp_kind('stated_kind', aliases) }} as kind

    from (select *, {{ otlp_stated_kind() }} as stated_kind from records) as stated_kinds

),

-- most spans are neither calls nor tools: look up their attributes only for those
call_values as (

    select
        *,
        case when kind in ('call', 'tool')
            then {{ otlp_values(aliases, otlp_outcomes()) }} end as outcome_fields,
        case when kind in ('call', 'tool')
            then {{ otlp_event('span.events', ['exception']) }} end as exception,
        case when kind = 'call'
            then {{ otlp_values(aliases, of_calls) }} end as call_fields,
        {{ otlp_left_out(aliases) }}

    from spans_with_kind

),

call_texts as (

    select
        * exclude (
            key_hashes, attribute_values, log_key_hashes, log_attribute_values, call_fields,
            outcome_fields, tags
        ),
        {{ otlp_columns('outcome_fields', otlp_outcomes()) }},
        {{ otlp_columns('call_fields', of_calls | reject('in', long_texts) | list) }},
        {% for field in long_texts -%}
        {{ otlp_long_text('call_fields.' ~ field) }} as {{ field }},
        {% endfor -%}
        {{ otlp_tells_output(aliases) }} as has_output,
        {{ otlp_has_message() }} as has_message,
        {{ otlp_logged_duration(aliases) }} as logged_duration_s

    from call_values

),

-- most spans have no events, and most calls no parameters and no usage in JSON
with_parameters as (

    select
        * exclude (log),
        {{ otlp_log('log', 'log_record') }} as log,
        {{ otlp_parameters('invocation_parameters') }} as parameters,
        coalesce(usage_json, input_details, output_details) is not null
        or len(span.events) > 0 as has_usage_text,
        {{ otlp_usage('usage_json', usage_fields) }} as usage,
        {{ otlp_usage('input_details', detail_fields) }} as input_parts,
        {{ otlp_usage('output_details', detail_fields) }} as output_parts,
        case when kind = 'call'
            then {{ otlp_event('span.events', otlp_first_token_events()) }} end as first_token,
        case when kind = 'call' and finish_reason is null
            then {{ otlp_event('span.events', ['gen_ai.choice']) }} end as choice,
        {{ otlp_event_text('exception', 'exception.type') }} as exception_type,
        {{ otlp_event_text('exception', 'exception.message') }} as exception_message,
        coalesce(
            {{ otlp_class_name('error_type') }},
            if(try_cast(status_code as integer) < 400, null, status_code)
        ) as error_code

    from call_texts

),

with_usage as (

    select
        * replace (
            {% for field in usage_fields -%}
            {{ otlp_told_usage(field, usage_fields, detail_fields) }} as {{ field }}{{ ',' if not loop.last }}
            {% endfor %}
        ),
        {{ otlp_buckets('usage_json', usage_fields) }} as buckets,
        case when cost_json is not null then {{ usage_map('cost_json') }} end as costs

    from with_parameters

),

with_buckets as (

    select
        * replace (
            case when kind = 'call' then {{ finish_word('finish_reason') }} end
                as finish_reason
        ),
        {{ otlp_bucket_sums('buckets') }} as bucket_sums

    from with_usage

),

merged as (

    select
        * replace (
            -- OpenInference records the response's model as the requested one
            coalesce(
                parameters[1], request_model, {{ otlp_after_slash('litellm_model') }},
                {{ otlp_after_slash('genkit_name') }}
            ) as request_model,
            -- LiteLLM's proxy answers in the name of its own group of models
            if(
                response_model = model_group, {{ otlp_after_slash('litellm_model') }},
                response_model
            ) as response_model,
            {{ otlp_called_provider() }} as model_provider,
            coalesce(temperature, parameters[2]) as temperature,
            coalesce(top_p, parameters[3]) as top_p,
            -- Langfuse writes Infinity where there is no limit
            nullif(
                coalesce(max_tokens, parameters[4], parameters[5], parameters[6]), 'Infinity'
            ) as max_tokens,
            coalesce(
                is_streaming, parameters[7], if({{ otlp_names_stream() }}, 'true', null)
            ) as is_streaming,
            {% for field in token_counts() -%}
            if(
                buckets is null, {{ field }}, {{ otlp_bucket_tokens('bucket_sums', field) }}
            ) as {{ field }},
            {% endfor -%}
            coalesce(cost_usd, {{ otlp_whole_cost('costs') }}) as cost_usd
        ),
        {{ otlp_is_answered() }} as is_answered

    from with_buckets

),

typed as (

    select
        * exclude ({{ numbers | list | join(', ') }}),
        {{ otlp_is_failure('span') }} as is_failed,
        {{ typed_columns(numbers) }}
        {{ otlp_time('span.startTimeUnixNano') }} as started_ns,
        case when kind = 'call' then {{ otlp_time('span.startTimeUnixNano') }} end
            as timestamp_utc,
        case when kind = 'call' then span.startTimeUnixNano end as timestamp_utc_text

    from merged

),

with_outcome as (

    select
        *,
        case when is_failed then {{ otlp_error_words('span') }} end as error_words,
        {{ otlp_is_net_input() }} as is_net_input

    from typed

),

deliveries as (

    select
        file_name,
        {{ otlp_id('span.traceId', 16) }} as trace_id,
        {{ otlp_id('span.spanId', 8) }} as span_id,
        {{ otlp_id('span.parentSpanId', 8) }} as parent_span_id,
        if(
            kind = 'call' and coalesce(completion_tokens, 0) = 0
            and {{ otlp_is_other_request('span.name', 'coalesce(response_model, request_model)') }},
            'step', kind
        ) as kind,
        started_ns,
        {{ otlp_time('span.endTimeUnixNano') }} as ended_ns,
        is_failed as has_error_status,
        {{ otlp_has_ok('span') }} as has_ok_status,
        is_answered and not is_failed as has_answer,
        has_output,
        has_message,
        logged_duration_s,
        case when is_failed then {{ is_caller_gone('error_words') }} end as is_abandoned_stream,
        {{ error_name(
            'coalesce(' ~ specific_error(otlp_class_name('error_type')) ~ ', '
            ~ otlp_class_name('exception_type') ~ ', error_type)', 'error_words', 'is_failed'
        ) }} as error_type,
        error_words,
        coalesce(
            try_cast(first_token.timeUnixNano as bigint),
            epoch_ns(try_cast(trim(first_token_at, '"') as timestamptz))
        ) as first_token_ns,
        {{ otlp_kept_events('span.events') }} as events,
        log,
        coalesce(tool_name, if(kind = 'tool', {{ otlp_tool_name('span.name') }}, null))
            as tool_name,
        scope_name,
        service_name,
        environment,
        {{ (context + texts + ['left_out_tokens', 'left_out_cost_usd']) | join(', ') }},
        {% for name in numbers if name not in usage_fields + ['total_tokens'] -%}
        {{ name }},
        {% endfor -%}
        {{ otlp_counts() }},
        -- a zero is a price that the instrumentation did not find
        nullif(cost_usd, 0) as cost_usd,
        {{ rejected_values(dict(numbers, timestamp_utc='timestamp')) }} as rejected_values

    from with_outcome

)

select * from deliveries

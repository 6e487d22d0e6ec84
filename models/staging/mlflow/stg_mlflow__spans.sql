{{ config(enabled=is_source_on(this)) }}
{%- set fields = {
    'span_id': ['text', mlflow_id('coalesce(span.span_id, span.context.span_id)')],
    'trace_id': ['text', 'records.trace_id'],
    'parent_span_id': ['text', mlflow_id('coalesce(span.parent_span_id, span.parent_id)')],
    'session_id': ['text', 'records.session_id'],
    'response_id': ['text', 'outputs.id'],

    'span_name': ['text', 'span.name'],
    'span_type': ['text', 'records.span_type'],
    'status_code': ['text', 'span.status.code', 'span.status_code'],
    'trace_name': ['text', 'records.trace_name'],
    'model_provider': ['text', 'records.provider'],
    'model_name': [
        'text', 'outputs.model', 'records.logged_model', 'inputs.model', 'inputs.modelId',
        'parameters.model',
    ],
    'request_model': [
        'text', 'inputs.model', 'inputs.modelId', 'parameters.model', 'records.logged_model',
    ],
    'service_tier': ['text', 'outputs.service_tier', 'inputs.service_tier'],
    'prompt_name': ['text', 'prompt.name'],
    'linked_prompt_version': ['text', 'prompt.version'],
    'finish_reason': [
        'text', 'outputs.choices[1].finish_reason', 'outputs.incomplete_details.reason',
        'outputs.stop_reason', 'outputs.stopReason', 'outputs.candidates[1].finish_reason',
        'records.langchain_finish_reason', "if(outputs.object = 'response', outputs.status, null)",
    ],
    'error_type': ['text', 'records.exception_type'],

    'prompt_tokens': ['bigint', 'usage.input_tokens'],
    'completion_tokens': ['bigint', 'usage.output_tokens'],
    'total_tokens': ['bigint', 'usage.total_tokens'],
    'cache_read_tokens': ['bigint', 'usage.cache_read_input_tokens'],
    'cache_write_tokens': ['bigint', 'usage.cache_creation_input_tokens'],
    'reasoning_tokens': [
        'bigint', 'outputs.usage.completion_tokens_details.reasoning_tokens',
        'outputs.usage.output_tokens_details.reasoning_tokens',
        'outputs.usage.output_tokens_details.thinking_tokens',
        'outputs.usage_metadata.thoughts_token_count', 'records.langchain_reasoning_tokens',
    ],
    'max_tokens': [
        'bigint', 'inputs.max_completion_tokens', 'inputs.max_output_tokens', 'inputs.max_tokens',
        'inputs.inferenceConfig.maxTokens', 'inputs.config.max_output_tokens',
        'parameters.max_completion_tokens', 'parameters.max_tokens',
    ],
    'cost_usd': ['double', 'records.cost'],
    'temperature': [
        'double', 'inputs.temperature', 'inputs.inferenceConfig.temperature',
        'inputs.config.temperature', 'parameters.temperature',
    ],
    'top_p': [
        'double', 'inputs.top_p', 'inputs.inferenceConfig.topP', 'inputs.config.top_p',
        'parameters.top_p',
    ],

    'is_streaming': ['boolean', 'inputs.stream', 'parameters.stream'],

    'timestamp_utc': ['moment', 'span.start_time_unix_nano', 'span.start_time'],
    'ended_at': ['moment', 'span.end_time_unix_nano', 'span.end_time'],
    'first_token_at': ['moment', 'chunk_times[1]'],
} -%}

with

records as (

    select * from {{ ref('stg_mlflow__records') }}

    where kind = 'span'

),

named_columns as (

    select
        {{ named_fields(fields) }}
        {%- for label in business_labels() %}
        {{ label }},
        {%- endfor %}
        user_id,
        error_words,
        is_call,
        digest

    from records

),

typed as (

    {{ cast_fields(fields, 'named_columns') }}

),

newest_spans as (

    select
        * replace (
            -- spans without their trace tell of both on the root alone
            max(session_id) over (partition by trace_id) as session_id,
            coalesce(
                max(nullif(user_id, 'unknown')) over (partition by trace_id), 'unknown'
            ) as user_id
        ),
        {{ key_and_parent_key() }},
        span_type = 'TOOL' as is_tool,
        coalesce(span_type in ('TOOL', 'AGENT'), false) as is_boundary,
        upper(status_code) in ('ERROR', 'STATUS_CODE_ERROR') as has_error,
        -- a stream that was left early is exported as far as it was read, or not at all
        cast(null as boolean) as is_abandoned,
        {{ rejected_values(field_types(fields)) }} as rejected_values

    from typed

    qualify {{ newest_first('trace_id, span_id', ['ended_at']) }}

)

select * from newest_spans

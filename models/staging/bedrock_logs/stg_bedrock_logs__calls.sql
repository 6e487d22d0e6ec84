{{ config(enabled=is_source_on(this)) }}
{%- set fields = {
    'interaction_id': ['text', 'log.requestId'],
    'session_id': [
        'text', 'labels.session_id', 'labels.sessionId',
        'records.client_session_id',
    ],
    'response_id': ['text', 'records.response_id'],
    'operation': ['text', 'log.operation'],
    'model_id': ['text', 'log.modelId'],
    'response_model': ['text', 'records.response_model'],
    'service_name': ['text', 'labels.service_name'],
    'error_code': ['text', 'log.errorCode'],
    'status': ['text', 'log.status'],
    'stop_reason': ['text', 'records.stop_reason'],
    'guardrail_action': ['text', 'records.guardrail_action'],
    'input_tokens': ['bigint', 'input.inputTokenCount', 'records.metric_inputTokenCount'],
    'completion_tokens': [
        'bigint', 'log.output.outputTokenCount', 'records.metric_outputTokenCount',
    ],
    'cache_read_tokens': [
        'bigint', 'input.cacheReadInputTokenCount', 'records.metric_cacheReadInputTokenCount',
    ],
    'cache_write_tokens': [
        'bigint', 'input.cacheWriteInputTokenCount',
        'records.metric_cacheWriteInputTokenCount',
    ],
    'max_tokens': [
        'bigint', 'parameters.inferenceConfig.maxTokens', 'parameters.max_tokens',
        'parameters.max_completion_tokens', 'parameters.max_gen_len',
        'parameters.textGenerationConfig.maxTokenCount',
    ],
    'latency_ms': ['double', 'records.metric_invocationLatency', 'records.latency_ms'],
    'ttft_ms': ['double', 'records.metric_firstByteLatency'],
    'temperature': [
        'double', 'parameters.inferenceConfig.temperature', 'parameters.temperature',
        'parameters.textGenerationConfig.temperature',
    ],
    'top_p': [
        'double', 'parameters.inferenceConfig.topP', 'parameters.top_p',
        'parameters.textGenerationConfig.topP',
    ],
    'timestamp_utc': ['moment', 'log.timestamp'],
} -%}

with

records as (

    select * from {{ ref('stg_bedrock_logs__records') }}

    where kind = 'call'

),

named_columns as (

    select
        {{ named_fields(fields) }}
        {%- for label in business_labels() %}
        {{ first_text(['labels.' ~ label]) }} as {{ label }},
        {%- endfor %}
        user_id,
        digest

    from records

),

typed as (

    {{ cast_fields(fields, 'named_columns') }}

),

newest_calls as (

    select
        *,
        coalesce(
            {{ bedrock_model('model_id') }},
            -- the answer names it without its maker
            if(starts_with(response_model, 'claude'), 'anthropic.', '')
            || response_model,
            regexp_extract(model_id, '[^/]+$')
        ) as model_name,
        {{ rejected_values(field_types(fields)) }} as rejected_values

    from typed

    qualify {{ newest_first('interaction_id', ['timestamp_utc']) }}

),

calls as (

    select
        *,
        -- what was read from the cache or written to it is not in the input
        input_tokens
        + coalesce(cache_read_tokens, 0)
        + coalesce(cache_write_tokens, 0) as whole_input,
        if(whole_input + coalesce(completion_tokens, 0) > 0, whole_input, null)
            as prompt_tokens,
        {{ bedrock_exclusion() }} as exclusion

    from newest_calls

)

select * from calls

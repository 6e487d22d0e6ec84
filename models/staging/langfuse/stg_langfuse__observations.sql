{{ config(enabled=is_source_on(this)) }}
{%- set fields = {
    'span_id': ['text', 'item.id'],
    'trace_id': ['text'] + langfuse_field('trace_id'),
    'parent_span_id': ['text'] + langfuse_field('parent_observation_id'),
    'session_id': ['text'] + langfuse_field('session_id') + [
        'attributes."session.id"', 'attributes."gen_ai.conversation.id"',
    ],
    'response_id': [
        'text', 'attributes."gen_ai.response.id"', response_id_of_observation('item.id'),
    ],

    'observation_type': ['text', 'item.type'],
    'tool_name': [
        'text', 'attributes."gen_ai.tool.name"', 'attributes."tool.name"', 'item.name',
    ],
    'level': ['text', 'item.level'],
    'trace_name': ['text'] + langfuse_field('trace_name'),
    'environment': ['text', 'item.environment'],
    'service_name': ['text', 'resource."service.name"'],
    'model_name': ['text', 'item.model'] + langfuse_field('provided_model_name'),
    'request_model': ['text', 'attributes."gen_ai.request.model"'],
    'model_provider': [
        'text', 'attributes."gen_ai.provider.name"', 'attributes."gen_ai.system"',
        'attributes."llm.provider"', 'attributes."llm.system"', 'details.ls_provider',
    ],
    'model_id': ['text'] + langfuse_field('internal_model_id') + langfuse_field('model_id'),
    'usage_details': [
        'text', "nullif(item.usageDetails, '{}')", "nullif(item.usage_details, '{}')", 'item.usage',
    ],
    'cost_details': ['text'] + langfuse_field('cost_details'),
    'prompt_name': ['text'] + langfuse_field('prompt_name'),
    'prompt_version': ['text'] + langfuse_field('prompt_version'),
    'finish_reason': ['text', 'attributes."gen_ai.response.finish_reasons"'],
    'error_type': ['text', 'attributes."error.type"'],
    'service_tier': ['text', 'parameters.service_tier'],

    'input_usage': (
        ['bigint'] + langfuse_field('input_usage') + langfuse_field('prompt_tokens')
        + langfuse_field('input_tokens')
    ),
    'output_usage': (
        ['bigint'] + langfuse_field('output_usage') + langfuse_field('completion_tokens')
        + langfuse_field('output_tokens')
    ),
    'total_usage': ['bigint'] + langfuse_field('total_usage') + langfuse_field('total_tokens'),
    'total_cost': (
        ['double'] + langfuse_field('total_cost') + langfuse_field('calculated_total_cost')
    ),
    'latency_s': ['double', 'item.latency'],
    'ttft_s': ['double'] + langfuse_field('time_to_first_token'),
    'temperature': ['double', 'parameters.temperature'],
    'top_p': ['double', 'parameters.top_p'],
    'max_tokens': [
        'bigint', 'parameters.max_tokens', 'parameters.max_output_tokens',
        'parameters.max_completion_tokens',
    ],

    'timestamp_utc': ['moment'] + langfuse_field('start_time'),
    'ended_at': ['moment'] + langfuse_field('end_time'),
    'first_token_at': ['moment'] + langfuse_field('completion_start_time'),
    'updated_at': ['moment'] + langfuse_field('updated_at'),
} -%}

with

records as (

    select * from {{ ref('stg_langfuse__records') }}

    where kind = 'observation'

),

named_columns as (

    select
        {{ named_fields(fields) }}
        {{ label_columns('item.tags', ['details'], business_labels()[:5]) }}
        user_id,
        error_words,
        is_abandoned,
        digest

    from records

),

typed as (

    {{ cast_fields(fields, 'named_columns') }}

),

newest_observations as (

    select
        *,
        span_id as span_key,
        parent_span_id as parent_key,
        -- an export of generations alone has no type
        coalesce(upper(observation_type), 'GENERATION') = 'GENERATION' as is_call,
        coalesce(upper(observation_type) = 'TOOL', false) as is_tool,
        coalesce(upper(observation_type) in ('TOOL', 'AGENT'), false) as is_boundary,
        upper(level) = 'ERROR' as has_error,
        {{ rejected_values(field_types(fields)) }} as rejected_values

    from typed

    qualify {{ newest_first('span_id', ['updated_at', 'ended_at']) }}

)

select * from newest_observations

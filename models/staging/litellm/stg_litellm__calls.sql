{{ config(enabled=is_source_on(this)) }}
{%- set fields = {
    'interaction_id': ['text', 'log.request_id', 'log.id'],
    'call_id': ['text', 'log.litellm_call_id'],
    'trace_id': ['text', 'log.trace_id'],
    'session_id': ['text', 'log.session_id'],
    'logged_response_id': ['text', 'log.response.id'],
    'call_type': ['text', 'log.call_type'],
    'status': ['text', 'log.status', 'details.status'],
    'error_class': [
        'text', 'log.error_information.error_class', 'details.error_information.error_class',
    ],
    'error_code': [
        'text', 'log.error_information.error_code', 'details.error_information.error_code',
    ],
    'finish_reason': ['text', 'log.response.choices[1].finish_reason'],
    'model_provider': ['text', 'log.custom_llm_provider'],
    'model_name': ['text', 'log.model'],
    'request_model': ['text', 'log.model_group', 'log.model'],
    'tool_name': [
        'text', 'log.mcp_namespaced_tool_name', 'details.mcp_tool_call_metadata.name',
    ],
    'prompt_name': ['text', 'details.prompt_management_metadata.prompt_id'],
    'managed_prompt_version': ['text', 'details.prompt_management_metadata.prompt_version'],
    'service_tier': [
        'text', 'log.response.service_tier', 'parameters.service_tier', 'usage.service_tier',
    ],
    'team': ['text', 'details.user_api_key_team_alias', 'log.team_id'],
    'prompt_tokens': ['bigint', 'log.prompt_tokens'],
    'completion_tokens': ['bigint', 'log.completion_tokens'],
    'total_tokens': ['bigint', 'log.total_tokens'],
    'cache_read_tokens': [
        'bigint', 'usage.prompt_tokens_details.cached_tokens', 'usage.cache_read_input_tokens',
    ],
    'cache_write_tokens': [
        'bigint', 'usage.prompt_tokens_details.cache_write_tokens',
        'usage.prompt_tokens_details.cache_creation_tokens', 'usage.cache_creation_input_tokens',
    ],
    'reasoning_tokens': ['bigint', 'usage.completion_tokens_details.reasoning_tokens'],
    'attempted_retries': ['bigint', 'details.attempted_retries'],
    'max_tokens': ['bigint', 'parameters.max_completion_tokens', 'parameters.max_tokens'],
    'logged_cost_usd': ['double', 'log.spend', 'log.response_cost'],
    'request_duration_ms': ['double', 'log.request_duration_ms'],
    'response_time_s': ['double', 'log.response_time'],
    'temperature': ['double', 'parameters.temperature'],
    'top_p': ['double', 'parameters.top_p'],
    'is_streaming': ['boolean', 'log.stream', 'parameters.stream'],
    'cache_hit': ['boolean', 'log.cache_hit'],
    'metadata': ['boolean', 'records.metadata'],
    'timestamp_utc': ['moment', 'log.startTime'],
    'ended_at': ['moment', 'log.endTime'],
    'first_token_at': ['moment', 'log.completionStartTime'],
    'updated_at': ['moment', 'log.updated_at'],
} -%}

with

records as (

    select * from {{ ref('stg_litellm__records') }}

),

named_columns as (

    select
        {{ named_fields(fields) }}
        {{ label_columns(
            'log.request_tags', ['details.spend_logs_metadata', 'details.requester_metadata']
        ) }}
        {{ plain_tag('log.request_tags') }} as request_tag,
        user_id,
        is_guarded,
        -- only a proxy hashes the API keys of its callers
        log.request_id is not null or details.user_api_key_hash is not null
            as is_proxied,
        -- LiteLLM logs a cost breakdown only where it found a price, even one of zero
        coalesce(
            log.cost_breakdown.total_cost, details.cost_breakdown.total_cost
        ) is not null
        and log.response_cost_failure_debug_info is null as is_priced,
        digest

    from records

    where is_readable

),

typed as (

    select
        * exclude ({{ field_types(fields) | join(', ') }}),
        {{ typed_columns(field_types(fields)) }}

    from named_columns

),

newest_calls as (

    select
        *,
        {{ rejected_values(field_types(fields)) }} as rejected_values

    from typed

    qualify {{ newest_first('interaction_id', ['updated_at', 'ended_at']) }}

)

select * from newest_calls

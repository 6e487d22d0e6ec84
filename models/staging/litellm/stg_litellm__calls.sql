{{ config(enabled=is_source_on(this)) }}
{%- set fields = {
    'interaction_id': ['text', 'log.request_id', 'log.id'],
    'call_id': ['text', 'log.litellm_call_id'],
    'trace_id': ['text', 'log.trace_id'],
    'session_id': ['text', 'records.client_session_id', 'log.session_id'],
    'api_key': ['text', 'log.api_key', 'details.user_api_key_hash'],
    'logged_response_id': ['text', 'log.response.id'],
    'call_type': ['text', 'log.call_type'],
    'status': ['text', 'log.status', 'details.status'],
    'error_class': [
        'text', 'log.error_information.error_class', 'details.error_information.error_class',
    ],
    'error_code': [
        'text', 'log.error_information.error_code', 'details.error_information.error_code',
    ],
    'finish_reason': [
        'text', 'log.response.choices[1].finish_reason', 'log.response.stop_reason',
        'log.response.incomplete_details.reason', 'log.response.status',
    ],
    'model_provider': ['text', 'log.custom_llm_provider'],
    'model_name': ['text', 'log.model'],
    'request_model': [
        'text', 'details.original_model_group', 'log.model_group', 'log.model',
    ],
    'model_id': ['text', 'log.model_id'],
    'price_key': [
        'text', 'log.model_map_information.model_map_value.key',
        'details.model_map_information.model_map_value.key',
    ],
    'price_name': [
        'text', 'log.model_map_information.model_map_key',
        'details.model_map_information.model_map_key',
    ],
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
    'usage_tokens': [
        'bigint', 'usage.total_tokens', 'usage.prompt_tokens', 'usage.input_tokens',
        'usage.completion_tokens', 'usage.output_tokens',
    ],
    'attempted_retries': ['bigint', 'details.attempted_retries'],
    'attempted_fallbacks': [
        'bigint', 'if(log.request_id is null, null, details.attempted_fallbacks)',
    ],
    'max_tokens': ['bigint', 'parameters.max_completion_tokens', 'parameters.max_tokens'],
    'logged_cost_usd': ['double', 'log.spend', 'log.response_cost'],
    'input_price_usd': [
        'double', 'log.model_map_information.model_map_value.input_cost_per_token',
        'details.model_map_information.model_map_value.input_cost_per_token',
    ],
    'output_price_usd': [
        'double', 'log.model_map_information.model_map_value.output_cost_per_token',
        'details.model_map_information.model_map_value.output_cost_per_token',
    ],
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

    select
        *,
        {{ tag_list('log.request_tags') }} as tags

    from {{ ref('stg_litellm__records') }}

    where is_readable

),

named_columns as (

    select
        {{ named_fields(fields) }}
        {{ label_columns(
            'log.request_tags', ['details.spend_logs_metadata', 'details.requester_metadata']
        ) }}
        {{ plain_tags('tags') }} as request_tags,
        {{ last_key_tag('tags') }} as last_key_tag,
        user_id,
        is_guarded,
        -- LiteLLM names the provider of each error that came from one
        coalesce(
            log.error_information.llm_provider, details.error_information.llm_provider
        ) = '' as is_error_without_provider,
        -- only a proxy hashes the API keys of its callers
        log.request_id is not null or details.user_api_key_hash is not null
            as is_proxied,
        coalesce(
            log.cost_breakdown.total_cost, details.cost_breakdown.total_cost
        ) is not null
        and log.response_cost_failure_debug_info is null as has_cost_breakdown,
        digest

    from records

),

typed as (

    {{ cast_fields(fields, 'named_columns') }}

),

newest_calls as (

    select
        *,
        {{ rejected_values(field_types(fields)) }} as rejected_values

    from typed

    qualify {{ newest_first('interaction_id', ['updated_at', 'ended_at']) }}

),

classified_calls as (

    select
        *,
        -- the proxy registers deployments without a price at a price of 0: only a price
        -- that the operator set, under the id of the deployment, proves that a call was
        -- free; older versions log no price
        has_cost_breakdown
        and (price_name is null or price_key is not null)
        and (
            coalesce(input_price_usd, 0) + coalesce(output_price_usd, 0) > 0
            or price_key is null
            or coalesce(price_key = model_id, false)
        ) as is_priced,
        {{ is_caller_gone("concat_ws(' ', error_class, error_code)") }}
            as is_abandoned,
        -- old versions logged successful calls only, without a status
        case
            when lower(status) in ('failure', 'success') then lower(status) = 'failure'
            when error_class is not null then true
            when total_tokens > 0 or logged_cost_usd > 0 or cache_hit then false
        end as is_error,
        -- a tag that every call of a key has is the key's, not the call's
        case
            when
                api_key is not null
                and count(*) over calls_of_key > 1
                and count(*) over calls_of_key
                = count(last_key_tag) over calls_of_key
                and min(last_key_tag) over calls_of_key
                = max(last_key_tag) over calls_of_key
                then last_key_tag
        end as key_tag

    from newest_calls

    window
        calls_of_key as (partition by api_key)

),

calls as (

    select
        *,
        list_filter(
            request_tags, lambda tag: tag is distinct from key_tag
        )[1] as request_tag,
        -- LiteLLM counts the prompt of a failed call itself, and nobody bills it
        is_error is not true
        or coalesce(usage_tokens, 0) > 0
        or coalesce(logged_cost_usd, 0) > 0 as is_usage_known,
        -- it writes 0 where nothing was counted
        is_usage_known
        and coalesce(prompt_tokens, 0) + coalesce(completion_tokens, 0) > 0
            as has_tokens,
        case when is_usage_known then nullif(total_tokens, 0) end
            as stated_total_tokens,
        {{ litellm_exclusion() }} as exclusion

    from classified_calls

)

select * from calls

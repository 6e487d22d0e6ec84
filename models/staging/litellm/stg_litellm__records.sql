{{ config(
    enabled=is_source_on(this),
    pre_hook='{{ forget_torn_lines() }}',
    post_hook="{{ count_torn_lines(this, gateway_files('litellm'),
        {'file_path': 'file_path', 'is_object': 'false', 'is_readable': 'false'}) }}"
) }}
{%- do source('litellm', 'logs') -%}
{%- set usage = {
    '': [
        'prompt_tokens', 'completion_tokens', 'total_tokens', 'input_tokens', 'output_tokens',
        'cache_read_input_tokens', 'cache_creation_input_tokens', 'service_tier',
    ],
    'prompt_tokens_details': ['cached_tokens', 'cache_creation_tokens', 'cache_write_tokens'],
    'completion_tokens_details': ['reasoning_tokens'],
} -%}
{%- set model_map = {
    '': ['model_map_key'],
    'model_map_value': ['key', 'input_cost_per_token', 'output_cost_per_token'],
} -%}
{%- set errors = ['error_class', 'error_code', 'llm_provider'] -%}

with

records as (

    {{ read_records('litellm', unread='^(messages|response|proxy_server_request)$') }}

),

-- only the finish reason and the usage of the response are read
parsed_records as (

    select
        file_path,
        record is not null as is_object,
        {{ json_fields('record', {
            '': [
                'request_id', 'id', 'litellm_call_id', 'session_id', 'trace_id', 'call_type',
                'status', 'stream', 'api_key', 'user', 'end_user', 'team_id', 'request_tags',
                'cache_hit', 'mcp_namespaced_tool_name', 'model', 'model_group', 'model_id',
                'custom_llm_provider', 'spend', 'response_cost', 'prompt_tokens',
                'completion_tokens', 'total_tokens', 'startTime', 'endTime',
                'completionStartTime', 'request_duration_ms', 'response_time', 'updated_at',
                'metadata', 'model_parameters', 'guardrail_information',
            ],
            'response_cost_failure_debug_info': ['model'],
            'cost_breakdown': ['total_cost'],
            'error_information': errors,
            'model_map_information': model_map,
            'response': {
                '': ['id', 'service_tier', 'status', 'stop_reason'], 'usage': usage,
                'choices[]': ['finish_reason'], 'incomplete_details': ['reason'],
            },
        }) }} as log

    from records

),

parsed_details as (

    select
        file_path,
        is_object,
        log,
        coalesce(log.request_id, log.id) is not null
        and log.starttime is not null
        and coalesce(log.spend, log.response_cost, log.call_type) is not null
            as is_readable,
        {{ json_fields(json_text('log.metadata'), {
            '': [
                'status', 'attempted_retries', 'attempted_fallbacks', 'original_model_group',
                'guardrail_information', 'user_api_key_hash', 'user_api_key_user_id',
                'user_api_key_end_user_id', 'user_api_key_team_alias',
            ],
            'cost_breakdown': ['total_cost'],
            'error_information': errors,
            'model_map_information': model_map,
            'usage_object': usage,
            'additional_usage_values': usage,
            'spend_logs_metadata': business_labels(),
            'requester_metadata': business_labels(),
            'prompt_management_metadata': ['prompt_id', 'prompt_version'],
            'mcp_tool_call_metadata': ['name'],
        }) }} as details,
        {{ json_fields(json_text('log.model_parameters'), [
            'temperature', 'top_p', 'max_tokens', 'max_completion_tokens', 'service_tier', 'stream',
        ]) }} as parameters

    from parsed_records

),

named_users as (

    select
        *,
        {{ first_text([
            'log.end_user', 'details.user_api_key_end_user_id', 'log.user',
            'details.user_api_key_user_id', 'log.api_key', 'details.user_api_key_hash',
        ]) }} as user_name

    from parsed_details

),

-- user names, and texts that may quote a prompt, go no further
records_without_content as (

    select
        file_path,
        is_object,
        is_readable,
        {{ hashed_user(
            "coalesce(" ~ claude_code_account('user_name') ~ ", user_name, 'unknown')"
        ) }} as user_id,
        {{ claude_code_session('user_name') }} as client_session_id,
        {{ unread_object('log.metadata', 'details') }} as metadata,
        {{ name_code('log, details') }} as digest,
        regexp_matches(
            concat_ws('|', log.guardrail_information, details.guardrail_information),
            'guardrail_status["'']?\s*:\s*["''](guardrail_intervened|blocked|failure)'
        ) as is_guarded,
        parameters,
        coalesce(
            details.usage_object, log.response.usage, details.additional_usage_values
        ) as usage,
        {{ without('log', [
            'user', 'end_user', 'metadata', 'model_parameters', 'guardrail_information',
        ]) }} as log,
        {{ without('details', [
            'user_api_key_user_id', 'user_api_key_end_user_id', 'guardrail_information',
        ]) }} as details

    from named_users

)

select * from records_without_content

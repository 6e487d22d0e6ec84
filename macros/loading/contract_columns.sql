{% macro contract_tables() -%}
    {{ return(['interactions', 'sessions', 'users', 'prompts', 'instruction_samples']) }}
{%- endmacro %}

{#- the columns of each table of the telemetry contract, and how they are cast -#}
{% macro contract_columns(table) -%}
    {{ return({
        'interactions': {
            'interaction_id': 'text',
            'session_id': 'text',
            'user_id': 'user',
            'prompt_id': 'text',
            'operation_id': 'text',
            'trace_id': 'text',
            'span_id': 'text',
            'parent_span_id': 'text',
            'response_id': 'text',

            'split': 'text',
            'use_case': 'text',
            'account_tier': 'text',
            'channel': 'text',
            'region': 'text',
            'segment': 'text',
            'model_provider': 'text',
            'model_name': 'text',
            'request_model': 'text',
            'service_tier': 'text',
            'service_name': 'text',
            'environment': 'text',
            'prompt_name': 'text',
            'prompt_version': 'text',
            'finish_reason': 'text',
            'failure_type': 'text',
            'error_type': 'text',

            'latency_ms': 'double',
            'ttft_ms': 'double',
            'cost_usd': 'double',
            'prompt_tokens': 'bigint',
            'prompt_chars': 'bigint',
            'completion_tokens': 'bigint',
            'total_tokens': 'bigint',
            'cache_read_tokens': 'bigint',
            'cache_write_tokens': 'bigint',
            'reasoning_tokens': 'bigint',
            'tokens_per_second': 'double',
            'tool_calls_count': 'bigint',
            'retry_index': 'bigint',
            'attempted_retries': 'bigint',
            'propensity': 'double',
            'temperature': 'double',
            'top_p': 'double',
            'max_tokens': 'bigint',
            'response_quality_score': 'double',
            'user_feedback_score': 'double',
            'hour_of_day_utc': 'bigint',

            'is_failure': 'boolean',
            'is_streaming': 'boolean',
            'is_abandoned': 'boolean',
            'cache_hit': 'boolean',
            'session_is_inferred': 'boolean',
            'safety_block_flag': 'boolean',
            'hallucination_flag': 'boolean',
            'toxicity_flag': 'boolean',
            'formatting_error_flag': 'boolean',
            'tool_error_flag': 'boolean',
            'latency_timeout_flag': 'boolean',

            'timestamp_utc': 'timestamp',
            'date_utc': 'timestamp',
        },
        'sessions': {
            'session_id': 'text',
            'user_id': 'user',

            'split': 'text',

            'session_total_requests': 'bigint',
            'total_requests': 'bigint',
            'session_total_failures': 'bigint',
            'failed_requests': 'bigint',
            'session_total_cost_usd': 'double',
            'total_cost_usd': 'double',
            'session_total_tokens': 'bigint',
            'total_tokens': 'bigint',

            'start_timestamp_utc': 'timestamp',
            'end_timestamp_utc': 'timestamp',
        },
        'users': {
            'user_id': 'user',

            'user_total_requests': 'bigint',
            'total_requests': 'bigint',
            'user_total_failures': 'bigint',
            'total_failed_requests': 'bigint',
            'user_total_cost_usd': 'double',
            'total_cost_usd': 'double',
            'user_total_tokens': 'bigint',
            'total_tokens': 'bigint',
        },
        'prompts': {
            'prompt_id': 'text',

            'instruction_id': 'text',
            'instruction_template': 'text',
            'use_case': 'text',

            'prompt_len': 'bigint',
        },
        'instruction_samples': {
            'interaction_id': 'text',
            'prompt_id': 'text',

            'instruction_id': 'text',
            'use_case': 'text',

            'response_quality_score': 'double',
        },
    }[table]) }}
{%- endmacro %}

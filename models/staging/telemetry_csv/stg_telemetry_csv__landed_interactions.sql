{{ config(materialized=cheap_view()) }}
{%- set columns = {
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
} -%}

{%- set source = source('telemetry_csv', 'interactions') -%}
{%- set places = land(source.identifier, telemetry_files(source), columns) %}

with

filed as (
    {% if places %}
    {{ filed_rows(places) }}
    {% else %}
    select
        *,
        cast(null as string) as landed_file,
        cast(null as date) as loaded_date

    from ({{ typed_file('', columns) }}) as nothing
    {% endif %}
)

select * from filed

{%- set columns = {
    'interaction_id': 'text',
    'session_id': 'text',
    'user_id': 'text',
    'prompt_id': 'text',

    'split': 'text',
    'use_case': 'text',
    'account_tier': 'text',
    'channel': 'text',
    'region': 'text',
    'segment': 'text',
    'model_provider': 'text',
    'model_name': 'text',
    'prompt_version': 'text',
    'failure_type': 'text',

    'latency_ms': 'double',
    'cost_usd': 'double',
    'prompt_tokens': 'bigint',
    'completion_tokens': 'bigint',
    'total_tokens': 'bigint',
    'tokens_per_second': 'double',
    'tool_calls_count': 'bigint',
    'retry_index': 'bigint',
    'propensity': 'double',
    'temperature': 'double',
    'top_p': 'double',
    'max_tokens': 'bigint',
    'response_quality_score': 'double',
    'user_feedback_score': 'double',
    'hour_of_day_utc': 'bigint',

    'is_failure': 'boolean',
    'safety_block_flag': 'boolean',
    'hallucination_flag': 'boolean',
    'toxicity_flag': 'boolean',
    'formatting_error_flag': 'boolean',
    'tool_error_flag': 'boolean',
    'latency_timeout_flag': 'boolean',

    'timestamp_utc': 'timestamp',
    'date_utc': 'timestamp',
} -%}

with

source as (

    {{ read_telemetry(source('telemetry_csv', 'interactions'), columns) }}

),

typed as (

    select {{ typed_columns(columns) }}

    from source

),

checked as (

    select
        {{ columns | join(', ') }},
        {{ rejected_values(columns) }} as rejected_values

    from typed

)

select * from checked

-- no call is shown where a gate fails
-- depends_on: {{ ref('int_failed_gates') }}
-- depends_on: {{ ref('stg_telemetry_csv__landed_files') }}
{{ config(materialized='table') }}
{%- set first_day = first_retained_day() %}
{%- set columns = [
    'interaction_id', 'session_id', 'user_id',
    'trace_id', 'span_id', 'parent_span_id', 'response_id',

    'timestamp_utc', 'split', 'decision_window', 'drift_window',

    'use_case', 'account_tier', 'channel', 'region', 'segment',
    'service_name', 'environment', 'source', 'session_is_inferred',

    'model_provider', 'model_name', 'request_model', 'service_tier',
    'prompt_id', 'prompt_name', 'prompt_version',
    'temperature', 'top_p', 'max_tokens', 'retry_index', 'attempted_retries',
    'is_streaming', 'cache_hit', 'propensity',

    'latency_ms', 'ttft_ms', 'cost_usd',
    'prompt_tokens', 'prompt_chars', 'completion_tokens',
    'cache_read_tokens', 'cache_write_tokens', 'reasoning_tokens',
    'tokens_per_second', 'tool_calls_count',

    'is_failure', 'failure_type', 'error_type',
    'finish_reason', 'is_abandoned',
    'safety_block_flag', 'hallucination_flag', 'toxicity_flag',
    'formatting_error_flag', 'tool_error_flag', 'latency_timeout_flag',
    'response_quality_score', 'user_feedback_score',

    'attempt_index', 'is_final_attempt'
] %}

with

interactions as (

    select * from {{ ref('int_interactions_with_operations') }}

),

stored_calls as (

    select
        {{ columns | reject('in', constant_columns()) | join(', ') }},
        {{ business_date('timestamp_utc') }} as interaction_date,
        cost_source = 'imputed' as is_cost_imputed,
        if(cost_source = 'logged', null, price_source) as price_source,
        -- most calls are the only attempt at their operation
        nullif(operation_id, interaction_id) as other_operation_id,
        nullif(operation_latency_ms, latency_ms) as other_operation_latency_ms,
        nullif(operation_cost_usd, cost_usd) as other_operation_cost_usd,
        nullif(attempts, 1 + coalesce(attempted_retries, 0)) as other_attempts,
        total_tokens - coalesce(prompt_tokens, 0) - coalesce(completion_tokens, 0)
            as other_tokens

    from interactions
    {{ 'where coalesce(interaction_date >= ' ~ first_day ~ ', true)' if first_day }}
)

select * from stored_calls

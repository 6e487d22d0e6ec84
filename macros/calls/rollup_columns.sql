{% macro rollup_columns() -%}
    {#- what rollups of days are made of -#}
    {{ return([
        'session_id', 'timestamp_utc', 'source', 'use_case', 'model_provider', 'model_name',
        'prompt_version', 'account_tier',
        'latency_ms', 'cost_usd', 'cost_source',
        'total_tokens', 'prompt_tokens', 'completion_tokens', 'cache_read_tokens',
        'retry_index', 'attempt_index', 'cache_hit', 'is_failure', 'failure_type', 'is_sla_breach',
        'is_final_attempt', 'operation_latency_ms',
        'is_operation_failure', 'is_operation_sla_breach',
        'hallucination_flag', 'toxicity_flag', 'formatting_error_flag', 'user_feedback_score',
        'safety_block_flag', 'response_quality_score',
    ]) }}
{%- endmacro %}

{% macro rollup_columns() -%}
    {#- what rollups of days are made of -#}
    {{ return([
        'session_id', 'source', 'use_case', 'model_provider', 'model_name',
        'latency_ms', 'cost_usd', 'cost_source',
        'total_tokens', 'prompt_tokens', 'completion_tokens',
        'retry_index', 'cache_hit', 'is_failure', 'is_sla_breach',
        'is_final_attempt', 'operation_latency_ms',
        'is_operation_failure', 'is_operation_sla_breach',
    ]) }}
{%- endmacro %}

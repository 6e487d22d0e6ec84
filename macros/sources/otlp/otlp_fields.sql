{% macro otlp_kinds() -%}
    {{ return([
        'operation', 'openinference_kind', 'observation_type', 'request_type', 'traceloop_kind',
        'dialect_kind',
    ]) }}
{%- endmacro %}

{% macro otlp_context(scope) -%}
    {#- what a whole trace shares, and what only the descendants of a span inherit -#}
    {{ return({
        'trace': [
            'session_id', 'user_id', 'use_case', 'account_tier', 'channel', 'region', 'segment',
        ],
        'ancestors': ['operation_id', 'prompt_id', 'prompt_name', 'prompt_version'],
    }[scope]) }}
{%- endmacro %}

{% macro otlp_call_texts() -%}
    {{ return([
        'response_id', 'model_provider', 'request_model', 'response_model', 'service_tier',
        'finish_reason',
    ]) }}
{%- endmacro %}

{% macro otlp_call_shapes() -%}
    {#- what call fields are made of: JSON in a text, hosts, models of gateways -#}
    {{ return([
        'invocation_parameters', 'usage_json', 'input_details', 'output_details', 'cost_json',
        'metadata', 'called_host', 'genkit_name', 'litellm_model', 'model_group',
        'first_token_at', 'route',
    ]) }}
{%- endmacro %}

{% macro otlp_outcomes() -%}
    {#- how a call or a tool failed, beside error_type -#}
    {{ return(['status_code', 'level', 'status_text']) }}
{%- endmacro %}

{% macro otlp_call_numbers() -%}
    {#- with the type that each is cast to -#}
    {{ return({
        'ttft_s': 'double', 'ttft_ms': 'double', 'server_ttft': 'double',
        'cost_usd': 'double', 'propensity': 'double', 'temperature': 'double',
        'top_p': 'double', 'prompt_tokens': 'bigint', 'completion_tokens': 'bigint',
        'cache_read_tokens': 'bigint', 'cache_write_tokens': 'bigint',
        'reasoning_tokens': 'bigint', 'total_tokens': 'bigint', 'retry_index': 'bigint',
        'attempted_retries': 'bigint', 'max_tokens': 'bigint', 'is_streaming': 'boolean',
    }) }}
{%- endmacro %}

{% macro otlp_log_texts() -%}
    {{ return([
        'event_name', 'response_id', 'evaluation_name', 'score', 'label', 'evaluator', 'error_type',
    ]) }}
{%- endmacro %}

{% macro otlp_event_texts() -%}
    {{ return(
        otlp_log_texts()[1:-1] + ['from_node', 'to_node', 'condition_text', 'is_taken']
    ) }}
{%- endmacro %}

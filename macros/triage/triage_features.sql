{#- what the failure model reads: triage/failure_model.py lists the same -#}
{% macro triage_names() -%}
    model_provider, model_name, use_case, channel, account_tier, region, segment
{%- endmacro %}

{% macro triage_crossed_names() -%}
    use_case x account_tier, use_case x model_name
{%- endmacro %}

{% macro triage_numbers() -%}
    {{- [
        'latency_ms', 'prompt_tokens', 'completion_tokens', 'total_tokens', 'cost_usd',
        'tool_calls_count', 'tokens_per_second', 'prompt_to_completion_ratio'
    ] | join(', ') -}}
{%- endmacro %}

{#- what drift looks at, as words to split -#}
{% macro numeric_features() -%}
    {{ continuous_features() }} {{ integer_features() }}
{%- endmacro %}

{% macro continuous_features() -%}
    latency_ms cost_usd tokens_per_second prompt_to_completion_ratio
{%- endmacro %}

{% macro integer_features() -%}
    prompt_tokens completion_tokens total_tokens tool_calls_count
{%- endmacro %}

{% macro categorical_features() -%}
    use_case account_tier channel region segment model_provider model_name failure_type is_failure
{%- endmacro %}

{#- what drift looks at, as words to split -#}
{% macro numeric_features() -%}
    latency_ms cost_usd {{ quotient_features() }} {{ integer_features() }}
{%- endmacro %}

{#- hardly two rows share a value of these -#}
{% macro quotient_features() -%}
    tokens_per_second prompt_to_completion_ratio
{%- endmacro %}

{% macro integer_features() -%}
    prompt_tokens completion_tokens total_tokens tool_calls_count
{%- endmacro %}

{% macro categorical_features() -%}
    use_case account_tier channel region segment model_provider model_name failure_type is_failure
{%- endmacro %}

{% macro prompt_to_completion_ratio() -%}
    prompt_tokens / cast(nullif(completion_tokens, 0) as double)
{%- endmacro %}

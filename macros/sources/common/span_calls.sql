{% macro key_and_parent_key() -%}
    concat_ws('-', trace_id, span_id) as span_key,
    case when parent_span_id is not null then concat_ws('-', trace_id, parent_span_id) end
        as parent_key
{%- endmacro %}

{% macro whole_prompts(calls) -%}
    {#- calls with the cached tokens in the prompt: it lacks them if they are more than it, or as
        the total shows; of the net counts a total says nothing more -#}
    select
        * replace (
            prompt_tokens + if(is_net_prompt, cached_tokens, 0) as prompt_tokens,
            if(
                is_net_prompt and total_tokens = prompt_tokens + completion_tokens,
                null,
                total_tokens
            ) as total_tokens
        )
    from (
        select
            *,
            coalesce(prompt_tokens, 0) + coalesce(completion_tokens, 0) > 0 as has_tokens,
            coalesce(cache_read_tokens, 0) + coalesce(cache_write_tokens, 0) as cached_tokens,
            cached_tokens > 0
            and (
                cached_tokens > prompt_tokens
                or total_tokens = prompt_tokens + cached_tokens + completion_tokens
            ) as is_net_prompt
        from {{ calls }}
    ) as compared_counts
{%- endmacro %}

{% macro span_call_facts() -%}
    {#- outcome, times, usage and parameters of a call that a span tells; reads the CTEs `calls` and
        `tool_counts` of the model -#}
    {%- set latency = milliseconds_between('calls.timestamp_utc', 'calls.ended_at') -%}
    {%- set ttft = milliseconds_between('calls.timestamp_utc', 'calls.first_token_at') %}
    calls.finish_reason,
    {{ error_name('calls.error_type', 'calls.error_words', 'calls.is_failure') }}
        as error_type,
    {{ failure_type('calls.is_failure', 'calls.error', 'calls.finish_reason') }}
        as failure_type,
    {{ latency_of_call(latency, ttft) }} as latency_ms,
    {{ ttft_of_call(latency, ttft) }} as ttft_ms,
    nullif(calls.cost_usd, 0) as cost_usd,
    {%- for name in token_counts() %}
    case when calls.has_tokens then calls.{{ name }} end as {{ name }},
    {%- endfor %}
    coalesce(
        if(calls.has_tokens, calls.prompt_tokens + calls.completion_tokens, null),
        nullif(calls.total_tokens, 0)
    ) as total_tokens,
    nullif(calls.total_tokens, 0) as stated_total_tokens,
    coalesce(tool_counts.tool_calls_count, 0) as tool_calls_count,
    calls.temperature,
    calls.top_p,
    calls.max_tokens,
    calls.is_failure,
    {{ is_safety_block('calls.error', 'calls.finish_reason') }} as safety_block_flag,
    coalesce(tool_counts.tool_error_flag, false) as tool_error_flag,
    calls.is_failure and {{ is_timeout('calls.error') }} as latency_timeout_flag,
    coalesce(calls.is_streaming, calls.first_token_at is not null or null) as is_streaming,
    calls.is_abandoned,
    calls.timestamp_utc,
    calls.rejected_values
{%- endmacro %}

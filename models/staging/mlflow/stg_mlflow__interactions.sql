{{ config(enabled=is_source_on(this)) }}

with

stated_counts as (

    select
        *,
        coalesce(prompt_tokens, 0) + coalesce(completion_tokens, 0) > 0 as has_tokens,
        coalesce(cache_read_tokens, 0) + coalesce(cache_write_tokens, 0)
            as cached_tokens

    from {{ ref('stg_mlflow__calls') }}

),

-- old versions passed on Anthropic's counts, with the cached tokens beside the input
calls as (

    select
        * replace (
            if(is_net_prompt, prompt_tokens + cached_tokens, prompt_tokens)
                as prompt_tokens,
            -- a total of the net counts says nothing more
            if(
                is_net_prompt and total_tokens = prompt_tokens + completion_tokens,
                null,
                total_tokens
            ) as total_tokens
        )

    from (
        select
            *,
            cached_tokens > 0
            and (
                cached_tokens > prompt_tokens
                or total_tokens = prompt_tokens + cached_tokens + completion_tokens
            ) as is_net_prompt

        from stated_counts
    ) as counted

),

tool_counts as (

    {{ tool_call_counts(ref('stg_mlflow__tool_calls')) }}

),

interactions as (

    select
        calls.span_key as interaction_id,
        coalesce(calls.session_id, calls.trace_id, calls.span_id) as session_id,
        calls.user_id,
        calls.trace_id,
        calls.span_id,
        calls.parent_span_id,
        calls.response_id,
        coalesce(calls.use_case, calls.trace_name) as use_case,
        {%- set own = ['use_case', 'prompt_version'] -%}
        {%- for label in business_labels() if label not in own %}
        calls.{{ label }},
        {%- endfor %}
        coalesce(calls.model_provider, {{ provider_of_model('calls.model_name') }})
            as model_provider,
        {{ unprefixed('calls.model_name', 'calls.model_provider') }} as model_name,
        {{ unprefixed('calls.request_model', 'calls.model_provider') }}
            as request_model,
        calls.service_tier,
        calls.prompt_name,
        coalesce(calls.linked_prompt_version, calls.prompt_version) as prompt_version,
        calls.finish_reason,
        {{ error_name('calls.error_type', 'calls.error_words', 'calls.is_failure') }}
            as error_type,
        {{ failure_type('calls.is_failure', 'calls.error', 'calls.finish_reason') }}
            as failure_type,
        {{ milliseconds_between('calls.timestamp_utc', 'calls.ended_at') }}
            as latency_ms,
        {{ milliseconds_between('calls.timestamp_utc', 'calls.first_token_at') }}
            as ttft_ms,
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
        {{ is_safety_block('calls.error', 'calls.finish_reason') }}
            as safety_block_flag,
        coalesce(tool_counts.tool_error_flag, false) as tool_error_flag,
        calls.is_failure and {{ is_timeout('calls.error') }} as latency_timeout_flag,
        coalesce(calls.is_streaming, calls.first_token_at is not null or null)
            as is_streaming,
        calls.is_abandoned,
        calls.session_id is null as session_is_inferred,
        calls.timestamp_utc,

        calls.rejected_values

    from calls

    left join tool_counts on calls.span_key = tool_counts.interaction_id

)

select * from interactions

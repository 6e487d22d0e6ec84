{{ config(enabled=is_source_on(this)) }}

{%- set latency -%}
coalesce(
    {{ milliseconds_between('calls.timestamp_utc', 'calls.ended_at') }},
    calls.latency_s * 1e3
)
{%- endset -%}
{%- set ttft -%}
coalesce(
    {{ milliseconds_between('calls.timestamp_utc', 'calls.first_token_at') }},
    calls.ttft_s * 1e3
)
{%- endset %}

with

calls as (

    select * from {{ ref('stg_langfuse__calls') }}

),

traces as (

    select * from {{ ref('stg_langfuse__traces') }}

),

usages as (

    select * from {{ ref('stg_langfuse__usages') }}

),

tool_counts as (

    {{ tool_call_counts(ref('stg_langfuse__tool_calls')) }}

),

interactions as (

    select
        calls.span_id as interaction_id,
        -- a call without a session is one of its trace, or of its own
        coalesce(calls.session_id, traces.session_id, calls.trace_id, calls.span_id)
            as session_id,
        coalesce(calls.user_id, traces.user_id, 'unknown') as user_id,
        calls.trace_id,
        calls.span_id,
        calls.parent_span_id,
        calls.response_id,
        coalesce(calls.use_case, traces.use_case, calls.trace_name, traces.trace_name)
            as use_case,
        {%- for label in business_labels()[1:6] %}
        coalesce(calls.{{ label }}, traces.{{ label }}) as {{ label }},
        {%- endfor %}
        nullif(calls.service_name, 'unknown_service') as service_name,
        coalesce(calls.model_provider, {{ provider_of_model('calls.model_name') }})
            as model_provider,
        calls.model_name,
        calls.request_model,
        calls.service_tier,
        calls.prompt_name,
        calls.prompt_version,
        calls.finish_reason,
        {{ error_name('calls.error_type', 'calls.error_words', 'calls.is_failure') }}
            as error_type,
        {{ failure_type('calls.is_failure', 'calls.error', 'calls.finish_reason') }}
            as failure_type,
        {{ latency_of_call(latency, ttft) }} as latency_ms,
        {{ ttft_of_call(latency, ttft) }} as ttft_ms,
        usages.cost_usd,
        {%- for name in token_counts() %}
        usages.{{ name }},
        {%- endfor %}
        coalesce(usages.prompt_tokens + usages.completion_tokens, usages.total_tokens)
            as total_tokens,
        -- as the source states it, to be compared with the sum
        usages.total_tokens as stated_total_tokens,
        coalesce(tool_counts.tool_calls_count, 0) as tool_calls_count,
        calls.temperature,
        calls.top_p,
        calls.max_tokens,
        calls.is_failure,
        {{ is_safety_block('calls.error', 'calls.finish_reason') }}
            as safety_block_flag,
        coalesce(tool_counts.tool_error_flag, false) as tool_error_flag,
        calls.is_failure and {{ is_timeout('calls.error') }} as latency_timeout_flag,
        (calls.first_token_at is not null or calls.ttft_s is not null) or null
            as is_streaming,
        calls.is_abandoned,
        coalesce(calls.session_id, traces.session_id) is null as session_is_inferred,
        calls.timestamp_utc,
        calls.rejected_values

    from calls

    left join traces on calls.trace_id = traces.trace_id

    left join usages on calls.span_id = usages.span_id

    left join tool_counts on calls.span_id = tool_counts.interaction_id

)

select * from interactions

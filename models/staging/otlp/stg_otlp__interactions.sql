{{ config(enabled=is_source_on(this)) }}

with

calls as (

    select * from {{ ref('stg_otlp__calls_with_context') }}

),

tools as (

    select
        interaction_id,
        count(*) as tool_calls_count,
        bool_or(has_error_status or error_type is not null) as tool_error_flag

    from {{ ref('stg_otlp__tool_spans') }}

    group by interaction_id

),

interactions as (

    select

        ---------- ids
        calls.interaction_id,
        coalesce(calls.session_id, calls.trace_id) as session_id,
        coalesce(calls.user_id, 'unknown') as user_id,
        calls.operation_id,
        calls.prompt_id,
        calls.trace_id,
        calls.span_id,
        calls.parent_span_id,
        calls.response_id,

        ---------- strings
        calls.use_case,
        calls.account_tier,
        calls.channel,
        calls.region,
        calls.segment,
        lower(calls.model_provider) as model_provider,
        coalesce(calls.response_model, calls.request_model) as model_name,
        calls.request_model,
        calls.service_tier,
        calls.service_name,
        calls.environment,
        calls.prompt_name,
        calls.prompt_version,
        calls.finish_reason,
        {{ failure_type(
            'calls.error_type is not null', 'calls.error_type', 'calls.finish_reason'
        ) }} as failure_type,
        calls.error_type,

        ---------- numerics
        (calls.ended_ns - calls.started_ns) / 1e6 as latency_ms,
        coalesce(calls.ttft_s * 1e3, (calls.first_token_ns - calls.started_ns) / 1e6) as ttft_ms,
        calls.cost_usd,
        calls.prompt_tokens,
        calls.completion_tokens,
        calls.prompt_tokens + calls.completion_tokens as total_tokens,
        calls.cache_read_tokens,
        calls.cache_write_tokens,
        calls.reasoning_tokens,
        coalesce(tools.tool_calls_count, 0) as tool_calls_count,
        calls.retry_index,
        calls.propensity,
        calls.temperature,
        calls.top_p,
        calls.max_tokens,

        ---------- booleans
        calls.error_type is not null as is_failure,
        -- the conventions ask a stream to say so
        coalesce(calls.is_streaming, false) as is_streaming,
        calls.is_abandoned,
        calls.session_id is null as session_is_inferred,
        {{ is_safety_block('calls.error_type', 'calls.finish_reason') }}
            as safety_block_flag,
        coalesce(tools.tool_error_flag, false) as tool_error_flag,
        {{ is_timeout('calls.error_type') }} as latency_timeout_flag,

        ---------- timestamps
        make_timestamp(calls.started_ns // 1000) as timestamp_utc,

        calls.rejected_values

    from calls

    left join tools on calls.interaction_id = tools.interaction_id

)

select * from interactions

{{ config(enabled=is_source_on(this)) }}

with

calls as (

    select
        *,
        -- an error has a usage of zeros
        coalesce(input_tokens, 0) + coalesce(completion_tokens, 0)
        + coalesce(cache_read_tokens, 0) + coalesce(cache_write_tokens, 0) > 0
            as has_tokens,
        {{ finish_word('stop_reason') }} as finish_reason,
        is_error and not {{ is_caller_gone('error') }} as is_failure

    from {{ ref('stg_claude_code__calls') }}

    where not is_refused

),

tool_counts as (

    {{ tool_call_counts(ref('stg_claude_code__tool_calls')) }}

),

counted as (

    select
        *,
        -- what was read from the cache or written to it is not in the input
        if(
            has_tokens,
            input_tokens
            + coalesce(cache_read_tokens, 0)
            + coalesce(cache_write_tokens, 0),
            null
        ) as prompt_tokens,
        if(is_error, null, interaction_id) as answer_id

    from calls

),

interactions as (

    select
        ---------- ids
        counted.interaction_id,
        coalesce(counted.session_id, counted.interaction_id) as session_id,
        'unknown' as user_id,
        counted.answer_id as response_id,

        ---------- strings
        if(counted.is_sidechain, 'subagent', 'main') as use_case,
        counted.channel,
        {{ claude_code_provider('counted.interaction_id', 'counted.model_name') }}
            as model_provider,
        counted.model_name,
        counted.model_name as request_model,
        counted.service_tier,
        -- the version of the client brings its instructions and its tools
        'claude_code' as prompt_name,
        counted.client_version as prompt_version,
        if(counted.is_error, null, counted.finish_reason) as finish_reason,
        {{ error_name(
            "nullif(regexp_extract(counted.error, '^[a-z_]+'), '')",
            'counted.error', 'counted.is_failure'
        ) }} as error_type,
        {{ failure_type(
            'counted.is_failure', 'counted.error', 'counted.finish_reason'
        ) }} as failure_type,

        ---------- numerics
        {{ milliseconds_between('counted.sent_at', 'counted.line_at') }}
            as latency_ms,
        nullif(counted.logged_cost_usd, 0) as cost_usd,
        counted.prompt_tokens,
        if(counted.has_tokens, counted.completion_tokens, null) as completion_tokens,
        if(
            counted.has_tokens, counted.prompt_tokens + counted.completion_tokens, null
        ) as total_tokens,
        if(counted.has_tokens, counted.cache_read_tokens, null) as cache_read_tokens,
        if(counted.has_tokens, counted.cache_write_tokens, null) as cache_write_tokens,
        if(counted.has_tokens, counted.reasoning_tokens, null) as reasoning_tokens,
        coalesce(tool_counts.tool_calls_count, 0) as tool_calls_count,
        counted.attempted_retries,

        ---------- booleans
        counted.is_failure,
        {{ is_safety_block('counted.error', 'counted.finish_reason') }}
            as safety_block_flag,
        coalesce(tool_counts.tool_error_flag, false) as tool_error_flag,
        counted.is_failure and {{ is_timeout('counted.error') }}
            as latency_timeout_flag,
        (counted.is_interrupted and counted.stop_reason is null)
        or counted.is_error and not counted.is_failure as is_abandoned,
        counted.session_id is null as session_is_inferred,

        ---------- timestamps
        counted.timestamp_utc,

        counted.rejected_values

    from counted

    left join tool_counts on counted.interaction_id = tool_counts.interaction_id

)

select * from interactions

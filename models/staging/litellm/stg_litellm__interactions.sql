{{ config(enabled=is_source_on(this)) }}

with

calls as (

    select * from {{ ref('stg_litellm__calls') }}

),

model_calls as (

    select
        *,
        {{ is_caller_gone("concat_ws(' ', error_class, error_code)") }} as is_abandoned,
        -- old versions logged successful calls only, without a status
        case
            when lower(status) in ('failure', 'success') then lower(status) = 'failure'
            when error_class is not null then true
            when total_tokens > 0 or logged_cost_usd > 0 or cache_hit then false
        end as is_error,
        -- LiteLLM writes 0 where nothing was counted
        coalesce(prompt_tokens, 0) + coalesce(completion_tokens, 0) > 0 as has_tokens

    from calls

    where not {{ is_other_call('call_type') }}

),

classified_calls as (

    select
        *,
        is_error and not is_abandoned as is_failure,
        if(
            is_error,
            concat_ws(' ', error_class, error_code, if(is_guarded, 'guardrail', null)),
            null
        ) as error,
        if(
            first_token_at > timestamp_utc and first_token_at < ended_at,
            {{ milliseconds_between('timestamp_utc', 'first_token_at') }},
            null
        ) as ttft_ms

    from model_calls

),

interactions as (

    select
        ---------- ids
        interaction_id,
        case when is_proxied then call_id end as operation_id,
        coalesce(session_id, trace_id, interaction_id) as session_id,
        user_id,
        trace_id,
        -- a response from the cache has the first response's id, with a suffix
        if(
            is_error,
            null,
            nullif(
                coalesce(
                    logged_response_id, split_part(interaction_id, '_cache_hit', 1)
                ),
                call_id
            )
        ) as response_id,

        ---------- strings
        coalesce(use_case, request_tag) as use_case,
        channel,
        region,
        coalesce(segment, team) as segment,
        account_tier,
        environment,
        coalesce(model_provider, {{ provider_of_model('model_name') }})
            as model_provider,
        {{ unprefixed('model_name', 'model_provider') }} as model_name,
        {{ unprefixed('request_model', 'model_provider') }} as request_model,
        prompt_name,
        coalesce(managed_prompt_version, prompt_version) as prompt_version,
        service_tier,
        finish_reason,
        case when is_error then coalesce(error_class, error_code) end as error_type,
        {{ failure_type('is_failure', 'error', 'finish_reason') }} as failure_type,

        ---------- numerics
        coalesce(
            {{ milliseconds_between('timestamp_utc', 'ended_at') }},
            request_duration_ms,
            response_time_s * 1e3
        ) as latency_ms,
        ttft_ms,
        -- a cost of 0 counts only where a price was found or no model ran
        case
            when logged_cost_usd != 0 or cache_hit or is_priced then logged_cost_usd
        end as cost_usd,
        case when has_tokens then prompt_tokens end as prompt_tokens,
        case when has_tokens then completion_tokens end as completion_tokens,
        coalesce(
            case when has_tokens then prompt_tokens + completion_tokens end,
            nullif(total_tokens, 0)
        ) as total_tokens,
        nullif(total_tokens, 0) as stated_total_tokens,
        cache_read_tokens,
        cache_write_tokens,
        reasoning_tokens,
        attempted_retries,
        temperature,
        top_p,
        max_tokens,

        ---------- booleans
        is_failure,
        {{ is_safety_block('error', 'finish_reason') }} as safety_block_flag,
        is_failure and {{ is_timeout('error') }} as latency_timeout_flag,
        coalesce(is_streaming, ttft_ms is not null or null) as is_streaming,
        is_abandoned,
        cache_hit,
        session_id is null as session_is_inferred,

        ---------- timestamps
        timestamp_utc,

        rejected_values

    from classified_calls

)

select * from interactions

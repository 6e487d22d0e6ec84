{{ config(enabled=is_source_on(this)) }}

with

calls as (

    select * from {{ ref('stg_litellm__calls') }}

),

model_calls as (

    select
        *,
        -- one row for each attempt that may have been billed, all of one request
        regexp_replace(call_id, '-attempt-[0-9]+$', '') as request_call_id,
        regexp_matches(call_id, '-attempt-[0-9]+$') as is_attempt_row,
        is_error and not is_abandoned as is_failure,
        -- Azure knows a deployment by a name of its own
        coalesce(
            if(
                model_provider like 'azure%' and price_name is distinct from model_id,
                regexp_extract(price_name, '[^/]+$'),
                null
            ),
            model_name
        ) as base_model_name,
        if(
            is_error,
            concat_ws(' ', error_class, error_code, if(is_guarded, 'guardrail', null)),
            null
        ) as error,
        {{ finish_word('finish_reason') }} as finish_word,
        -- without a stream first token and end are one moment, rounded in two ways
        if(
            first_token_at > timestamp_utc
            and ended_at - first_token_at >= interval 2 millisecond
            and coalesce(is_streaming, cache_hit_text is distinct from 'None'),
            {{ milliseconds_between('timestamp_utc', 'first_token_at') }},
            null
        ) as ttft_ms

    from calls

    where exclusion is null

),

interactions as (

    select
        ---------- ids
        interaction_id,
        case when is_proxied then request_call_id end as operation_id,
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
        {{ unprefixed('base_model_name', 'model_provider') }} as model_name,
        {{ unprefixed('request_model', 'model_provider') }} as request_model,
        prompt_name,
        coalesce(managed_prompt_version, prompt_version) as prompt_version,
        service_tier,
        finish_word as finish_reason,
        case
            when is_failure
                then
                    coalesce(
                        {{ specific_error('error_class') }}, error_code, error_class
                    )
        end as error_type,
        {{ failure_type('is_failure', 'error', 'finish_word') }} as failure_type,

        ---------- numerics
        coalesce(
            {{ milliseconds_between('timestamp_utc', 'ended_at') }},
            request_duration_ms,
            -- of a stream it is the time to the first token
            if(is_streaming, null, response_time_s * 1e3)
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
            stated_total_tokens
        ) as total_tokens,
        stated_total_tokens,
        cache_read_tokens,
        cache_write_tokens,
        reasoning_tokens,
        -- those that have no row of their own
        case
            when not bool_or(coalesce(is_attempt_row, false)) over calls_of_request
                then cast(list_sum([attempted_retries, attempted_fallbacks]) as bigint)
        end as attempted_retries,
        temperature,
        top_p,
        max_tokens,

        ---------- booleans
        is_failure,
        {{ is_safety_block('error', 'finish_word') }} as safety_block_flag,
        is_failure and {{ is_timeout('error') }} as latency_timeout_flag,
        coalesce(is_streaming, ttft_ms is not null or null) as is_streaming,
        is_abandoned,
        cache_hit,
        session_id is null as session_is_inferred,

        ---------- timestamps
        timestamp_utc,

        rejected_values

    from model_calls

    window
        calls_of_request as (partition by coalesce(request_call_id, interaction_id))

)

select * from interactions

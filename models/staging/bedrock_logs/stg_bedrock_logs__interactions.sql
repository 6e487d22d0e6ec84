{{ config(enabled=is_source_on(this)) }}

with

calls as (

    select
        *,
        case
            when upper(guardrail_action) = 'INTERVENED' then 'guardrail_intervened'
            else {{ finish_word('stop_reason') }}
        end as finish_reason,
        if(error_code is null, null, concat_ws(' ', error_code, status)) as error,
        {{ is_caller_gone('error') }} as is_abandoned,
        error_code is not null and not is_abandoned as is_failure

    from {{ ref('stg_bedrock_logs__calls') }}

    where exclusion is null

),

interactions as (

    select
        ---------- ids
        interaction_id,
        coalesce(session_id, interaction_id) as session_id,
        user_id,
        response_id,

        ---------- strings
        use_case,
        channel,
        region,
        segment,
        account_tier,
        environment,
        prompt_version,
        service_name,
        'aws.bedrock' as model_provider,
        model_name,
        regexp_extract(model_id, '[^/]+$') as request_model,
        finish_reason,
        case when is_failure then error_code end as error_type,
        {{ failure_type('is_failure', 'error', 'finish_reason') }} as failure_type,

        ---------- numerics
        latency_ms,
        ttft_ms,
        prompt_tokens,
        if(prompt_tokens is null, null, completion_tokens) as completion_tokens,
        prompt_tokens + completion_tokens as total_tokens,
        if(prompt_tokens is null, null, cache_read_tokens) as cache_read_tokens,
        if(prompt_tokens is null, null, cache_write_tokens) as cache_write_tokens,
        temperature,
        top_p,
        max_tokens,

        ---------- booleans
        is_failure,
        {{ is_safety_block('error', 'finish_reason') }} as safety_block_flag,
        is_failure and {{ is_timeout('error') }} as latency_timeout_flag,
        contains(operation, 'Stream') as is_streaming,
        is_abandoned,
        session_id is null as session_is_inferred,

        ---------- timestamps
        timestamp_utc,

        rejected_values

    from calls

)

select * from interactions

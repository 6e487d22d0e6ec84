with

interactions as (

    select * from {{ ref('interactions') }}

),

described as (

    select
        interaction_id,
        session_id,
        timestamp_utc,
        decision_window,
        model_provider,
        model_name,
        use_case,
        channel,
        account_tier,
        region,
        segment,
        latency_ms,
        prompt_tokens,
        completion_tokens,
        total_tokens,
        cost_usd,
        tool_calls_count,
        tokens_per_second,
        prompt_tokens / cast(nullif(completion_tokens, 0) as double)
            as prompt_to_completion_ratio,
        is_failure

    from interactions

)

select * from described

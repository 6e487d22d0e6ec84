-- nothing stands on rows that failed a gate
-- depends_on: {{ ref('integrity_checks') }}
with

interactions as (

    select * from {{ ref('int_interactions_windowed') }}

),

shown as (

    select

        ---------- keys
        interaction_id,
        session_id,
        user_id,

        ---------- when
        timestamp_utc,
        cast(timestamp_utc as date) as interaction_date,
        split,
        decision_window,
        drift_window,

        ---------- who and where
        use_case,
        account_tier,
        channel,
        region,
        segment,

        ---------- what served it
        model_provider,
        model_name,
        prompt_id,
        prompt_version,
        temperature,
        top_p,
        max_tokens,
        retry_index,
        -- what is no probability is as good as not written down; a check counts it
        if(propensity > 0 and propensity <= 1, propensity, null) as propensity,

        ---------- what it took
        latency_ms,
        cost_usd,
        prompt_tokens,
        completion_tokens,
        total_tokens,
        tokens_per_second,
        tool_calls_count,

        ---------- how it went
        is_failure,
        is_sla_breach,
        failure_type,
        safety_block_flag,
        hallucination_flag,
        toxicity_flag,
        formatting_error_flag,
        tool_error_flag,
        latency_timeout_flag,
        response_quality_score,
        user_feedback_score

    from interactions

)

select * from shown

-- no call is shown where a gate fails
-- depends_on: {{ ref('int_failed_gates') }}
{%- set held = first_retained_day() %}
with

interactions as (

    select * from {{ ref('int_interactions_with_operations') }}

),

shown as (

    select

        ---------- keys
        interaction_id,
        session_id,
        user_id,
        operation_id,
        trace_id,
        span_id,
        parent_span_id,
        response_id,

        ---------- when
        timestamp_utc,
        {{ business_date('timestamp_utc') }} as interaction_date,
        split,
        decision_window,
        drift_window,

        ---------- who and where
        use_case,
        account_tier,
        channel,
        region,
        segment,

        service_name,
        environment,
        source,
        session_is_inferred,

        ---------- what served it
        model_provider,
        model_name,
        request_model,
        service_tier,
        prompt_id,
        prompt_name,
        prompt_version,
        temperature,
        top_p,
        max_tokens,
        retry_index,
        attempted_retries,
        is_streaming,
        cache_hit,
        -- what is no probability is as good as not written down; a check counts it
        if(propensity > 0 and propensity <= 1, propensity, null) as propensity,

        ---------- what it took
        latency_ms,
        ttft_ms,
        cost_usd,
        currency,
        cost_source,
        price_source,
        prompt_tokens,
        prompt_chars,
        completion_tokens,
        total_tokens,
        coalesce(prompt_tokens, completion_tokens) is null as tokens_missing,
        cache_read_tokens,
        cache_write_tokens,
        reasoning_tokens,
        tokens_per_second,
        tool_calls_count,

        ---------- how it went
        is_failure,
        is_sla_breach,
        failure_type,
        error_type,
        finish_reason,
        is_abandoned,
        safety_block_flag,
        hallucination_flag,
        toxicity_flag,
        formatting_error_flag,
        tool_error_flag,
        latency_timeout_flag,
        response_quality_score,
        user_feedback_score,

        ---------- the operation it is an attempt at
        attempt_index,
        is_final_attempt,
        attempts,
        operation_latency_ms,
        operation_cost_usd,
        is_operation_failure,
        is_operation_sla_breach

    from interactions
    {{ 'where coalesce(interaction_date >= ' ~ held ~ ', true)' if held }}
)

select * from shown

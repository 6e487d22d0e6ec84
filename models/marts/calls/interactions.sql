-- a view: what is the same in all calls or follows from other columns is not stored.
-- DuckDB 1.0, which reads the published file too, has `case` and no `if`
-- depends_on: {{ ref('stg_telemetry_csv__landed_files') }}
{{ config(materialized=cheap_view()) }}

with

stored_calls as (

    select
        {{ stored_and_constant_columns() }}

    from {{ ref('int_interactions_stored') }}

),

calls_with_operation as (

    select
        *,
        coalesce(other_operation_id, interaction_id) as operation_id,
        case
            when is_final_attempt
                then coalesce(other_attempts, 1 + coalesce(attempted_retries, 0))
        end as attempts,
        case
            when is_final_attempt and latency_ms is not null
                then coalesce(other_operation_latency_ms, latency_ms)
        end as operation_latency_ms,
        case
            when is_final_attempt then coalesce(other_operation_cost_usd, cost_usd)
        end as operation_cost_usd,
        case
            when is_cost_imputed then 'imputed'
            when cost_usd is null then 'missing'
            else 'logged'
        end as cost_source

    from stored_calls

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
        interaction_date,
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
        -- an invalid probability counts as missing; a check counts how many there are
        case when propensity > 0 and propensity <= 1 then propensity end as propensity,

        ---------- what it took
        latency_ms,
        ttft_ms,
        cost_usd,
        'USD' as currency,
        cost_source,
        case when cost_source = 'logged' then source else price_source end
            as price_source,
        prompt_tokens,
        prompt_chars,
        completion_tokens,
        coalesce(prompt_tokens, 0) + coalesce(completion_tokens, 0) + other_tokens
            as total_tokens,
        coalesce(prompt_tokens, completion_tokens) is null as tokens_missing,
        cache_read_tokens,
        cache_write_tokens,
        reasoning_tokens,
        tokens_per_second,
        tool_calls_count,

        ---------- how it went
        is_failure,
        {{ model_latency_ms() }} > {{ knob('sla_ms') }} as is_sla_breach,
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
        {{ operation_outcomes() }}

    from calls_with_operation

)

select * from shown

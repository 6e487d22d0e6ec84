with

interactions as (

    select * from {{ ref('interactions') }}

),

features as {{ not_materialized() }}(

    select
        decision_window,
        drift_window,
        session_id,

        ---------- numeric
        latency_ms,
        cost_usd,
        tokens_per_second,
        {{ prompt_to_completion_ratio() }} as prompt_to_completion_ratio,
        prompt_tokens,
        completion_tokens,
        total_tokens,
        tool_calls_count,

        ---------- categorical
        use_case,
        account_tier,
        channel,
        region,
        segment,
        model_provider,
        model_name,
        failure_type,
        is_failure

    from interactions

),

pair_rows as (

    select
        'history_to_evaluation' as window_pair,
        decision_window = 'evaluation' as is_current,
        * {{ exclude_columns('decision_window, drift_window') }}

    from features

    where decision_window in ('history', 'evaluation')

    union all

    select
        'reference_to_current' as window_pair,
        drift_window = 'current' as is_current,
        * {{ exclude_columns('decision_window, drift_window') }}

    from features

    where drift_window is not null

)

select * from pair_rows

with

interactions as (

    select * from {{ ref('interactions') }}

),

history_sessions as (

    select
        session_id,
        count(*) as interactions

    from interactions

    where decision_window = 'history' and is_failure is not null

    group by all

),

hashed_sessions as (

    select
        *,
        -- hash() may change between versions of an engine, md5 may not
        sum(interactions) over (order by md5(session_id), session_id)
        - interactions as interactions_before

    from history_sessions

),

fit_sessions as (

    select
        session_id,
        'history' as decision_window

    from hashed_sessions

    where interactions_before < {{ knob('triage_fit_rows') }}

),

known_after_the_call as (

    select
        interactions.interaction_id,
        interactions.session_id,
        interactions.timestamp_utc,
        interactions.decision_window,
        interactions.model_provider,
        interactions.model_name,
        interactions.use_case,
        interactions.channel,
        interactions.account_tier,
        interactions.region,
        interactions.segment,
        interactions.latency_ms,
        interactions.prompt_tokens,
        interactions.completion_tokens,
        interactions.total_tokens,
        interactions.cost_usd,
        interactions.tool_calls_count,
        interactions.tokens_per_second,
        interactions.prompt_tokens
        / cast(nullif(interactions.completion_tokens, 0) as double)
            as prompt_to_completion_ratio,
        interactions.is_failure

    from interactions

    left join fit_sessions
        on
            interactions.session_id = fit_sessions.session_id
            and interactions.decision_window = fit_sessions.decision_window

    where
        interactions.decision_window in ('calibration', 'evaluation')
        or (fit_sessions.session_id is not null and interactions.is_failure is not null)

)

select * from known_after_the_call

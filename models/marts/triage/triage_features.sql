with

interactions as {{ not_materialized() }}(

    select * from {{ ref('int_triage_rows') }}

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

    select interactions.*

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

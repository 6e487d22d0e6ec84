{{ config(materialized=cheap_view()) }}

with

interactions as (

    select * from {{ ref('int_triage_rows') }}

),

history_sessions as (

    select
        session_id,
        count(*) as interactions

    -- read apart: a view loses the hint that `interactions` need not be kept
    from {{ ref('int_triage_rows') }}

    where decision_window = 'history' and is_failure is not null

    group by all

),

ordered_sessions as (

    select
        *,
        sum(interactions) over (order by {{ digest_order('session_id') }})
            as cumulative_interactions

    from history_sessions

),

fit_sessions as (

    select
        session_id,
        'history' as decision_window

    from ordered_sessions

    where cumulative_interactions - interactions < {{ knob('triage_fit_rows') }}

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

with

interactions as (

    select * from {{ ref('interactions') }}

),

sessions as (

    select
        session_id,
        decision_window,
        count(*) as interactions

    from interactions

    where
        decision_window in ('history', 'calibration')
        and use_case is not null
        and model_name is not null
        and cache_hit is not true

    group by all

),

ordered_sessions as (

    select
        *,
        sum(interactions) over (
            order by {{ digest_order('session_id') }}, decision_window
        ) as cumulative_interactions

    from sessions

),

sampled_sessions as (

    select
        session_id,
        decision_window

    from ordered_sessions

    where cumulative_interactions - interactions < {{ knob('routing_fit_rows') }}

)

select * from sampled_sessions

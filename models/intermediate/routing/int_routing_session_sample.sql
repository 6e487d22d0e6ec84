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

hashed as (

    select
        *,
        -- hash() may change between versions of an engine, md5 may not
        sum(interactions) over (order by md5(session_id), session_id, decision_window)
        - interactions as interactions_before

    from sessions

),

sampled as (

    select
        session_id,
        decision_window

    from hashed

    where interactions_before < {{ knob('routing_fit_rows') }}

)

select * from sampled

with

drift_rows as (

    select * from {{ ref('int_drift_rows') }}

),

sized as (

    select
        window_pair,
        is_current,
        session_id,
        count(*) as session_rows

    from drift_rows

    group by all

),

numbered as (

    select
        *,
        -- by digest and not by name: names may follow time
        row_number() over (
            partition by window_pair, is_current
            order by md5(session_id), session_id
        ) as session_number

    from sized

),

sampled as (

    select
        *,
        least(
            count(*) over (partition by window_pair, is_current),
            {{ knob('max_design_effect_sessions') }}
        ) as sessions

    from numbered

    qualify session_number <= {{ knob('max_design_effect_sessions') }}

)

select * from sampled

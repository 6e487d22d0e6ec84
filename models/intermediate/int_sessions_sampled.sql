with

features_compared as (

    select * from {{ ref('int_features_compared') }}

),

sized as (

    select
        window_pair,
        is_current,
        session_id,
        count(*) as session_rows

    from features_compared

    group by all

),

sampled as (

    select
        *,
        least(
            count(*) over (partition by window_pair, is_current),
            {{ knob('max_design_effect_sessions') }}
        ) as sessions

    from sized

    -- by digest and not by name: names may follow time
    qualify
        row_number() over (
            partition by window_pair, is_current
            order by md5(session_id), session_id
        ) <= {{ knob('max_design_effect_sessions') }}

)

select * from sampled

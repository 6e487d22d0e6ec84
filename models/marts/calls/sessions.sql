{{ config(materialized=cheap_view()) }}

with

interactions as (

    select * from {{ ref('interactions') }}

),

sessions as (

    select
        session_id,
        case
            when count(distinct nullif(user_id, 'unknown')) <= 1
                then coalesce(min(nullif(user_id, 'unknown')), min(user_id))
        end as user_id,
        {{ activity_totals() }}

    from interactions

    group by session_id

)

select * from sessions

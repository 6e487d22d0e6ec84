{{ config(materialized=cheap_view()) }}

with

interactions as (

    select * from {{ ref('interactions') }}

),

sessions as (

    select
        session_id,
        {{ activity_totals() }}

    from interactions

    group by session_id

)

select * from sessions

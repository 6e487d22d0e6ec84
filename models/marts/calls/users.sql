{{ config(materialized=cheap_view()) }}

with

interactions as (

    select * from {{ ref('interactions') }}

),

users as (

    select
        user_id,
        {{ activity_totals() }}

    from interactions

    group by user_id

)

select * from users

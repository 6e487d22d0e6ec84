{{ config(materialized='table') }}
{%- set held = held_from() -%}

with

interactions as (

    select * from {{ ref('int_interactions_grouped') }}

),

dated as (

    select
        {{ business_date('timestamp_utc') }} as interaction_date,
        {{ rolled_columns() | join(', ') }}

    from interactions

    where {{ business_date('timestamp_utc') ~ ' < ' ~ held if held else 'false' }}

),

restated as (

    select *

    from dated

    where {{ is_rolled('interaction_date') }}

)

select * from restated

{{ config(materialized='table') }}
{%- set held = held_from() -%}

with

interactions as (

    select * from {{ ref('int_interactions_windowed') }}

),

days as (

    select * from {{ ref('stg_telemetry_csv__days') }}

    where is_restated

),

dated as (

    select
        {{ business_date('timestamp_utc') }} as interaction_date,
        {{ rolled_columns() | join(', ') }}

    from interactions

    where {{ business_date('timestamp_utc') ~ ' < ' ~ held if held else 'false' }}

),

restated as (

    select dated.*

    from dated

    semi join days on dated.interaction_date = days.loaded_date

)

select * from restated

{{ config(materialized='table') }}
{%- set first_day = first_retained_day() %}
{%- set is_earlier = business_date('timestamp_utc') ~ ' < ' ~ first_day if first_day
    else 'false' -%}

with

interactions as (

    select * from {{ ref('int_interactions_with_operations') }}

),

dated_calls as (

    select
        {{ business_date('timestamp_utc') }} as interaction_date,
        {{ rollup_columns() | join(', ') }}

    from interactions

    where {{ is_earlier }}

),

backfilled_calls as (

    select *

    from dated_calls

    where {{ is_rollup_day('interaction_date') }}

)

select * from backfilled_calls

{{ config(enabled=is_source_on(this), materialized='view') }}

with

calls as (

    select * from {{ ref('stg_litellm__calls') }}

),

excluded_rows as (

    select
        interaction_id as record_id,
        exclusion as check_name,
        logged_cost_usd as cost_usd,
        total_tokens

    from calls

    where
        exclusion in ('gateway_refusal', 'unmetered_call')
        or (exclusion is not null and (logged_cost_usd > 0 or total_tokens > 0))

)

select * from excluded_rows

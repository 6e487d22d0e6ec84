{{ config(enabled=is_source_on(this), materialized='view') }}

with

calls as (

    select * from {{ ref('stg_claude_code__calls') }}

),

excluded_rows as (

    select
        interaction_id as record_id,
        'gateway_refusal' as check_name,
        cast(null as double) as cost_usd,
        cast(null as bigint) as total_tokens

    from calls

    where is_refused

)

select * from excluded_rows

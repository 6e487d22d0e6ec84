{{ config(enabled=is_source_on(this), materialized='view') }}

with

calls as (

    select * from {{ ref('stg_bedrock_logs__calls') }}

),

excluded_rows as (

    select
        interaction_id as record_id,
        exclusion as check_name,
        cast(null as double) as cost_usd,
        prompt_tokens + coalesce(completion_tokens, 0) as total_tokens

    from calls

    where exclusion = 'gateway_refusal' or (exclusion is not null and prompt_tokens > 0)

)

select * from excluded_rows

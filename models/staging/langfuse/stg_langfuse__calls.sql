{{ config(enabled=is_source_on(this), materialized='view') }}

with

observations as (

    select * from {{ ref('stg_langfuse__observations') }}

),

wrappers as (

    {{ wrapping_calls('observations') }}

),

calls as (

    {{ leaf_calls('observations') }}

)

select * from calls

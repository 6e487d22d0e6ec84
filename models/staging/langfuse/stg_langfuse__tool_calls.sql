{{ config(enabled=is_source_on(this)) }}

with

observations as (

    select * from {{ ref('stg_langfuse__observations') }}

),

calls as (

    select * from {{ ref('stg_langfuse__calls') }}

),

traces as (

    select * from {{ ref('stg_langfuse__traces') }}

),

tool_callers as (

    {{ tool_callers('observations', 'calls') }}

),

tool_calls as (

    {{ tool_call_rows('observations', 'observations.tool_name') }}

)

select * from tool_calls

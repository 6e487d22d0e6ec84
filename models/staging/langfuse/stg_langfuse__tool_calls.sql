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

used as (

    {{ calls_of_tools('observations', 'calls') }}

),

tool_calls as (

    {{ used_tools('observations', 'observations.tool_name') }}

)

select * from tool_calls

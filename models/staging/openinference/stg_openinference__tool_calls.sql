{{ config(enabled=is_source_on(this)) }}

with

spans as (

    select * from {{ ref('stg_openinference__spans') }}

),

calls as (

    select * from {{ ref('stg_openinference__calls') }}

),

traces as (

    select * from {{ ref('stg_openinference__traces') }}

),

tool_callers as (

    {{ tool_callers('spans', 'calls') }}

),

tool_calls as (

    {{ tool_call_rows('spans', 'coalesce(spans.tool_name, spans.span_name)') }}

)

select * from tool_calls

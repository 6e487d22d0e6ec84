{{ config(enabled=is_source_on(this)) }}

with

spans as (

    select * from {{ ref('stg_mlflow__spans') }}

),

calls as (

    select * from {{ ref('stg_mlflow__calls') }}

),

traces as (

    select
        trace_id,
        max(session_id) as session_id

    from spans

    group by all

),

tool_callers as (

    {{ tool_callers('spans', 'calls') }}

),

tool_calls as (

    {{ tool_call_rows('spans', 'spans.span_name') }}

)

select * from tool_calls

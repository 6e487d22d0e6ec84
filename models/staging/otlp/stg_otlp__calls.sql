{{ config(materialized='view', enabled=is_source_on(this)) }}

with

spans as (

    select * from {{ ref('stg_otlp__spans') }}

    where kind = 'call'

),

wrappers as (

    select * from {{ ref('stg_otlp__wrappers') }}

),

calls as (

    select spans.*

    from spans

    anti join wrappers using (trace_id, span_id)

)

select * from calls

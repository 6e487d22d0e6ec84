{{ config(materialized='view', enabled=is_source_on(this)) }}

with

deliveries as (

    select * exclude (file_name)

    from {{ ref('stg_otlp__deliveries') }}

    where trace_id is not null and span_id is not null

),

deduplicated_spans as (

    select * from {{ ref('stg_otlp__deduplicated_spans') }}

),

spans as (

    select deliveries.*

    from deliveries

    anti join deduplicated_spans using (trace_id, span_id)

    union all

    select * from deduplicated_spans

)

select * from spans

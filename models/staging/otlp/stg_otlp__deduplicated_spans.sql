{{ config(enabled=is_source_on(this)) }}

with

-- read twice, but the second time only where something came twice
deliveries as not materialized (

    select * exclude (file_name)

    from {{ ref('stg_otlp__deliveries') }}

),

repeats as (

    select
        trace_id,
        span_id

    from deliveries

    where trace_id is not null and span_id is not null

    group by all

    having count(*) > 1

),

-- the fullest of several, whatever the order they came in
chosen as (

    select deliveries.*

    from deliveries

    semi join repeats using (trace_id, span_id)

    qualify
        row_number() over (
            partition by trace_id, span_id
            order by ended_ns desc nulls last, cast(deliveries as varchar) desc
        ) = 1

)

select * from chosen

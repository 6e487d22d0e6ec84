{{ config(enabled=is_source_on(this)) }}

with

-- read twice, but the second time only for spans that were delivered twice
deliveries as not materialized (

    select * exclude (file_name)

    from {{ ref('stg_otlp__deliveries') }}

),

repeated_spans as (

    select
        trace_id,
        span_id

    from deliveries

    where trace_id is not null and span_id is not null

    group by all

    having count(*) > 1

),

-- the delivery that ends last, so that the order of arrival does not matter
deduplicated_spans as (

    select deliveries.*

    from deliveries

    semi join repeated_spans using (trace_id, span_id)

    qualify
        row_number() over (
            partition by trace_id, span_id
            order by ended_ns desc nulls last, cast(deliveries as varchar) desc
        ) = 1

)

select * from deduplicated_spans

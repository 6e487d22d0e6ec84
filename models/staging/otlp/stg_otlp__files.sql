{{ config(enabled=is_source_on(this)) }}

with

files as (
    {{ otlp_files() }}
),

deliveries as (

    select
        file_name,
        count(*) as records,
        count(*) filter (
            where log is null and (trace_id is null or span_id is null)
        ) as unreadable_records

    from {{ ref('stg_otlp__deliveries') }}

    group by file_name

),

counted as (

    select
        files.file_name,
        coalesce(deliveries.records, 0) as records,
        coalesce(deliveries.unreadable_records, 0) as unreadable_records

    from files

    left join deliveries on files.path = deliveries.file_name

)

select * from counted

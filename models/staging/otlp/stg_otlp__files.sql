{{ config(enabled=is_source_on(this)) }}

with

files as (
    {{ otlp_files() }}
),

delivery_counts as (

    select
        file_name,
        count(*) as records,
        count(*) filter (
            where log is null and (trace_id is null or span_id is null)
        ) as unreadable_records

    from {{ ref('stg_otlp__deliveries') }}

    group by file_name

),

files_with_counts as (

    select
        files.file_name,
        coalesce(delivery_counts.records, 0) as records,
        coalesce(delivery_counts.unreadable_records, 0) as unreadable_records

    from files

    left join delivery_counts on files.path = delivery_counts.file_name

)

select * from files_with_counts

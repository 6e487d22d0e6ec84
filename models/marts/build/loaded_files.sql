with

files as (

    select * from {{ ref('stg_telemetry_csv__files') }}

    where file_name is not null

),

-- a file of which nothing was read has no rows, and no day
loaded as (

    select
        table_name,
        file_name,
        landed_file,
        file_bytes,
        loaded_date,
        coalesce(file_rows, 0) as file_rows,
        moved_rows

    from files

)

select * from loaded

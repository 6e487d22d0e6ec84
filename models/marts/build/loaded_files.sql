with

loaded as (

    select * from {{ ref('int_files_loaded') }}

),

shown as (

    select
        table_name,
        file_name,
        landed_file,
        file_bytes,
        loaded_date,
        file_rows,
        moved_rows

    from loaded

)

select * from shown

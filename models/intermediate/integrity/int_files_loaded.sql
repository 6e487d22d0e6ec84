with

files as (

    select * from {{ ref('stg_telemetry_csv__files') }}

),

-- a file of which nothing was read has no rows, and no day
counted as (

    select
        * {{ exclude_columns('file_stem, column_names, file_rows') }},
        coalesce(file_rows, 0) as file_rows

    from files

    where file_name is not null

)

select * from counted

with

files as (

    select * from {{ ref('stg_telemetry_csv__files') }}

),

-- a file of which nothing was read has no rows, and no day
counted as (

    select
        * {{ leaving_out('file_rows') }},
        coalesce(file_rows, 0) as file_rows

    from files

)

select * from counted

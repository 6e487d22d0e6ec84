{{ config(materialized='table') }}
{%- set is_one_file = files_with_rows('interactions') | length == 1 %}

with

files as (

    select
        landed_file,
        min(file_name) as file_name

    from {{ ref('stg_telemetry_csv__landed_files') }}

    where table_name = 'interactions'

    group by all

),

landed as (

    select
        interaction_id,
        landed_file

    from {{ landed_calls() }}

    where
        -- one file supersedes nothing
        {{ 'false' if is_one_file else 'true' }}
        and interaction_id is not null
        and {{ is_row_to_read() }}

),

repeated as (

    select interaction_id

    from landed

    group by all

    having min(landed_file) <> max(landed_file)

),

ranked as (

    select
        landed.interaction_id,
        landed.landed_file,
        files.file_name < max(files.file_name) over (
            partition by landed.interaction_id
        ) as is_replaced

    from landed

    inner join files on landed.landed_file = files.landed_file

    semi join repeated on landed.interaction_id = repeated.interaction_id

),

replaced as (

    select distinct
        interaction_id,
        landed_file

    from ranked

    where is_replaced

)

select * from replaced

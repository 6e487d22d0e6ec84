{{ config(materialized='table') }}
{%- set known = earlier('loaded_files') %}

with

files as (

    select
        landed_file,
        loaded_date

    from {{ ref('stg_telemetry_csv__landed_files') }}

    where table_name = 'interactions'

),

known_files as (

    select
        landed_file,
        loaded_date

    from {{ known or 'files' }}

    where {{ "table_name = 'interactions'" if known else 'false' }}

),

changed as (

    select files.loaded_date

    from files

    anti join known_files on files.landed_file = known_files.landed_file

    union

    select known_files.loaded_date

    from known_files

    anti join files on known_files.landed_file = files.landed_file

)

select * from changed

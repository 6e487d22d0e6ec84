-- depends_on: {{ ref('stg_telemetry_csv__landed_interactions') }}
{{ config(materialized='table') }}
{%- set known = earlier('loaded_files') %}

with

files as (

    select
        landed_file,
        loaded_date

    from {{ loaded_files('llm_system_interactions') }}

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

{{ config(materialized='table') }}
{%- set landed = ref('stg_telemetry_csv__landed_interactions') %}

with

files as (

    select distinct landed_file from {{ ref('stg_telemetry_csv__landed_files') }}

    where table_name = 'interactions'

),

landed as (

    select
        interaction_id,
        loaded_date,
        landed_file

    from {{ landed }}

    where interaction_id is not null and {{ may_be_redated(landed) }}

),

moved as (

    select interaction_id

    from landed

    group by interaction_id

    having
        min(loaded_date) <> max(loaded_date)
        or count(loaded_date) not in (0, count(*))

),

counted as (

    select
        landed.landed_file,
        count(*) as moved_rows

    from landed

    semi join moved on landed.interaction_id = moved.interaction_id

    group by all

),

filled as (

    select
        files.landed_file,
        coalesce(counted.moved_rows, 0) as moved_rows

    from files

    left join counted on files.landed_file = counted.landed_file

)

select * from filled

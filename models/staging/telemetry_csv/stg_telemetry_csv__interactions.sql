-- depends_on: {{ ref('stg_telemetry_csv__days') }}
{{ config(materialized=unstored()) }}

with

landed as (

    select * from {{ landed_calls() }}

    where {{ is_read() }}

),

repeats as (

    select * from {{ ref('stg_telemetry_csv__repeats') }}

),

-- a key twice in one file is left to the checks
newest as (

    select landed.* {{ leaving_out('landed_file, loaded_date') }}

    from landed

    anti join repeats
        on landed.interaction_id = repeats.interaction_id
            and landed.landed_file = repeats.landed_file

)

select * from newest

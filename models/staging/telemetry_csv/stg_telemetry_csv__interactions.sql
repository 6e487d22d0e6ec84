{{ config(materialized=cheap_view()) }}

with

landed as (

    select * from {{ landed_calls() }}

    where {{ is_row_to_read() }}

),

superseded_rows as (

    select * from {{ ref('stg_telemetry_csv__superseded_rows') }}

),

-- duplicate keys within one file are kept here; the integrity checks report them
newest as (

    select landed.* {{ exclude_columns('landed_file, loaded_date') }}

    from landed

    anti join superseded_rows
        on landed.interaction_id = superseded_rows.interaction_id
            and landed.landed_file = superseded_rows.landed_file

)

select * from newest

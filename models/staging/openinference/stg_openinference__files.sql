{{ config(enabled=is_source_on(this), materialized='view') }}

with

records as (

    select * from {{ ref('stg_openinference__records') }}

),

counted as (

    {{ counted_files('openinference', 'records') }}

)

select * from counted

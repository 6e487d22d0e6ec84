{{ config(enabled=is_source_on(this), materialized='view') }}

with

records as (

    select * from {{ ref('stg_litellm__records') }}

),

counted as (

    {{ counted_files('litellm', 'records') }}

)

select * from counted

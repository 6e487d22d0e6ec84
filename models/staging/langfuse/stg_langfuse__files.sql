{{ config(enabled=is_source_on(this), materialized='view') }}

with

records as (

    select * from {{ ref('stg_langfuse__records') }}

),

counted as (

    {{ counted_files('langfuse', 'records') }}

)

select * from counted

{{ config(enabled=is_source_on(this), materialized='view') }}

with

spans as (

    select * from {{ ref('stg_mlflow__spans') }}

),

wrappers as (

    {{ wrapping_calls('spans') }}

),

calls as (

    {{ leaf_calls('spans') }}

)

select * from calls

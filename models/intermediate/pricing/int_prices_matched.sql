{{ config(materialized='table') }}

with

offered as (

    select * from {{ ref('int_prices_offered') }}

),

narrowest as (

    select *

    from offered

    qualify rank() over (
            partition by price_key, is_override
            order by if(is_override, model_rank, 0), provider_rank
        ) = 1

),

-- a tier without prices of its own costs what the standard one does
in_tier as (

    select *

    from narrowest

    where service_tier in (called_tier, '')

    qualify rank() over (
            partition by price_key, is_override
            order by service_tier = '' and called_tier != ''
        ) = 1

)

select * {{ exclude_columns('called_tier, model_rank, provider_rank') }} from in_tier

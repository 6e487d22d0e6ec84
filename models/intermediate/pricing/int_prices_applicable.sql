{{ config(materialized='table') }}

with

models as (

    select * from {{ ref('int_models_observed') }}

),

matched as (

    select * from {{ ref('int_model_price_matches') }}

),

prices as (

    select * from {{ ref('int_prices_normalized') }}

),

-- a negotiated price may be for any of these names; rank 1 is the most specific
candidate_prices as (

    select
        models.price_key,
        lower(coalesce(models.service_tier, '')) as called_tier,
        prices.*,
        case prices.model
            when lower(matched.model_name) then 1
            when matched.reference_name then 2
            when lower(matched.price_model) then 3
        end as model_rank,
        case prices.provider
            when lower(matched.model_provider) then 1
            when matched.provider_name then 2
            when matched.seller then 3
            when matched.price_provider then 4
            else 5
        end as provider_rank

    from models

    inner join matched
        on models.model_provider is not distinct from matched.model_provider
            and models.model_name = matched.model_name
            and models.is_imputed

    inner join prices
        on
            prices.model in (
                lower(matched.model_name),
                matched.reference_name,
                lower(matched.price_model)
            )
            and coalesce(
                prices.provider in (
                    lower(matched.model_provider), matched.provider_name,
                    matched.seller, matched.price_provider
                ),
                prices.provider is null
            )
            -- a list price applies only to the model that the rules lead to
            and (
                prices.is_override
                or matched.price_provider = prices.provider
                and lower(matched.price_model) = prices.model
            )

),

narrowest_prices as (

    select *

    from candidate_prices

    qualify rank() over (
            partition by price_key, is_override
            order by if(is_override, model_rank, 0), provider_rank
        ) = 1

),

-- a tier without prices of its own costs what the standard one does
prices_of_tier as (

    select *

    from narrowest_prices

    where service_tier in (called_tier, '')

    qualify rank() over (
            partition by price_key, is_override
            order by service_tier = '' and called_tier != ''
        ) = 1

)

select * {{ exclude_columns('called_tier, model_rank, provider_rank') }}

from prices_of_tier

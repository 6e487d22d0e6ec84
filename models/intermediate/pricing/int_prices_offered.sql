with

models as (

    select * from {{ ref('int_models_observed') }}

),

matched as (

    select * from {{ ref('int_models_matched') }}

),

prices as (

    select * from {{ ref('int_prices_listed') }}

),

-- names that a negotiated price may be agreed for, the narrowest first
offered as (

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
            -- the book answers for the one model its rules lead to
            and (
                prices.is_override
                or matched.price_provider = prices.provider
                and lower(matched.price_model) = prices.model
            )

)

select * from offered

with

named as (

    select * from {{ ref('int_models_named') }}

),

provider_literals as (

    select * from {{ ref('price_provider_matches') }}

),

provider_alternatives as (

    select
        named.model_provider,
        named.model_name,
        named.provider_name,
        named.reference_name,
        named.dashed_name,
        provider_literals.provider as seller,
        provider_literals.matched_on,
        provider_literals.position,
        provider_literals.alternative

    from named

    inner join provider_literals
        on
            (named.provider_name is null)
            = (provider_literals.matched_on = 'model_name')

    group by all

    having
        bool_and(
            {{ literal_holds('coalesce(named.provider_name, named.reference_name)') }}
        )

),

sold as (

    select *

    from provider_alternatives

    -- its own name goes before a part of it
    qualify row_number() over (
            partition by model_provider, model_name
            order by matched_on = 'provider_name', position, alternative
        ) = 1

)

select * from sold

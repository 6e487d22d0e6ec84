with

providers_metered as (

    select
        model_provider,
        called_on as interaction_date,
        interactions,
        unpriced_interactions,
        uncosted_interactions,
        logged_usd,
        imputed_usd

    from {{ ref('int_providers_metered') }}

    where {{ is_rollup_day('called_on') }}
    {{ carry_forward('provider_costs_by_day') }}

)

select * from providers_metered

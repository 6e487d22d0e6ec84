with

interactions as (

    select * from {{ ref('int_interactions_classified') }}

),

aliases as (

    select * from {{ ref('provider_aliases') }}

),

costs as (

    select
        coalesce(model_provider, 'unknown') as model_provider,
        lower(model_provider) as provider_name,
        cast(timestamp_utc as date) as billing_date,
        count(*) as interactions,
        count(*) filter (where is_unpriced) as unpriced_interactions,
        count(*) filter (where cost_usd is null) as uncosted_interactions,
        coalesce({{ exact_sum("if(cost_source = 'logged', cost_usd, 0e0)") }}, 0e0)
            as logged_usd,
        coalesce({{ exact_sum("if(cost_source = 'imputed', cost_usd, 0e0)") }}, 0e0)
            as imputed_usd

    from interactions

    group by all

),

provider_costs as (

    select
        costs.model_provider,
        costs.billing_date,
        -- bills use the spelling of the OpenTelemetry conventions
        coalesce(aliases.provider, costs.provider_name) as billing_provider,
        costs.interactions,
        costs.unpriced_interactions,
        costs.uncosted_interactions,
        costs.logged_usd,
        costs.imputed_usd,
        costs.logged_usd + costs.imputed_usd as cost_usd

    from costs

    left join aliases on costs.provider_name = aliases.alias

    where {{ is_rollup_day('costs.billing_date') }}
    {{ carry_forward('provider_costs_by_day', day='billing_date') }}

)

select * from provider_costs

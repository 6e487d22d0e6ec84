with

interactions as (

    select * from {{ ref('int_interactions_classified') }}

),

aliases as (

    select * from {{ ref('provider_aliases') }}

),

costs as (

    select
        lower(model_provider) as model_provider,
        cast(timestamp_utc as date) as called_on,
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

-- bills use the spelling of the OpenTelemetry conventions, the contract's calls may not
costs_by_provider as (

    select
        coalesce(aliases.provider, costs.model_provider) as model_provider,
        costs.called_on,
        cast(sum(costs.interactions) as bigint) as interactions,
        cast(sum(costs.unpriced_interactions) as bigint) as unpriced_interactions,
        cast(sum(costs.uncosted_interactions) as bigint) as uncosted_interactions,
        {{ exact_sum('costs.logged_usd') }} as logged_usd,
        {{ exact_sum('costs.imputed_usd') }} as imputed_usd

    from costs

    left join aliases on costs.model_provider = aliases.alias

    group by all

),

provider_costs as (

    select
        model_provider,
        called_on as interaction_date,
        interactions,
        unpriced_interactions,
        uncosted_interactions,
        logged_usd,
        imputed_usd

    from costs_by_provider

    where {{ is_rollup_day('called_on') }}
    {{ carry_forward('provider_costs_by_day') }}

)

select * from provider_costs

{{ config(materialized='table') }}

with

interactions as (

    select * from {{ ref('int_interactions_classified') }}

),

aliases as (

    select * from {{ ref('provider_aliases') }}

),

metered as (

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

-- bills are read in the spelling of the conventions; the contract's calls are not
named as (

    select
        coalesce(aliases.provider, metered.model_provider) as model_provider,
        metered.called_on,
        cast(sum(metered.interactions) as bigint) as interactions,
        cast(sum(metered.unpriced_interactions) as bigint) as unpriced_interactions,
        cast(sum(metered.uncosted_interactions) as bigint) as uncosted_interactions,
        {{ exact_sum('metered.logged_usd') }} as logged_usd,
        {{ exact_sum('metered.imputed_usd') }} as imputed_usd

    from metered

    left join aliases on metered.model_provider = aliases.alias

    group by all

)

select * from named

with

invoices as (

    select * from {{ ref('int_invoice_lines') }}

    where is_usable

),

metered as (

    select * from {{ ref('provider_costs_by_day') }}

    where model_provider is not null and interaction_date is not null

),

covered as (

    select
        min(interaction_date) as first_date,
        max(interaction_date) as last_date

    from metered

),

billed as (

    select
        model_provider,
        invoice_period,
        period_grain,
        starts_on,
        ends_on,
        count(*) filter (where not is_inside_month) as invoice_lines,
        {{ exact_sum('if(is_inside_month, 0e0, amount_usd)') }} as billed_usd,
        {{ exact_sum('if(is_inside_month, amount_usd, 0e0)') }} as billed_by_day_usd

    from invoices

    group by all

),

spent as (

    select
        metered.model_provider,
        coalesce(
            billed.invoice_period, left(cast(metered.interaction_date as string), 7)
        ) as invoice_period,
        sum(metered.interactions) as interactions,
        sum(metered.unpriced_interactions) as unpriced_interactions,
        sum(metered.uncosted_interactions) as uncosted_interactions,
        {{ exact_sum('metered.logged_usd') }} as logged_usd,
        {{ exact_sum('metered.imputed_usd') }} as imputed_usd

    from metered

    left join billed
        on metered.model_provider = billed.model_provider
            and metered.interaction_date between billed.starts_on and billed.ends_on

    group by all

),

paired as (

    select
        coalesce(billed.model_provider, spent.model_provider) as model_provider,
        coalesce(billed.invoice_period, spent.invoice_period) as invoice_period,
        coalesce(billed.period_grain, 'month') as period_grain,
        coalesce(billed.invoice_lines, 0) as invoice_lines,
        coalesce(spent.interactions, 0) as interactions,
        coalesce(spent.unpriced_interactions, 0) as unpriced_interactions,
        coalesce(spent.uncosted_interactions, 0) as uncosted_interactions,
        round(coalesce(spent.logged_usd, 0e0), 2) as logged_usd,
        round(coalesce(spent.logged_usd + spent.imputed_usd, 0e0), 2) as telemetry_usd,
        round(coalesce(billed.billed_usd, 0e0), 2) as billed_usd,
        round(coalesce(billed.billed_by_day_usd, 0e0), 2) as billed_by_day_usd,
        billed.starts_on >= covered.first_date
        and billed.ends_on <= covered.last_date as is_covered

    from billed

    full outer join spent
        on billed.model_provider = spent.model_provider
            and billed.invoice_period = spent.invoice_period

    cross join covered

)

select * from paired

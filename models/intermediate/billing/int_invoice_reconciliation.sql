{{ config(materialized='table') }}

with

invoices as (

    select * from {{ ref('int_invoice_lines') }}

    where is_usable

),

costs as (

    select * from {{ ref('provider_costs_by_day') }}

    where billing_provider is not null and billing_date is not null

),

telemetry_dates as (

    select
        min(billing_date) as first_date,
        max(billing_date) as last_date

    from costs

),

-- as the telemetry names a provider, where it does so in one way
provider_names as (

    select
        billing_provider,
        case
            when count(distinct model_provider) = 1 then min(model_provider)
            else billing_provider
        end as model_provider

    from costs

    group by billing_provider

),

bills as (

    select
        model_provider as billing_provider,
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

spending as (

    select
        costs.billing_provider,
        coalesce(
            bills.invoice_period, left(cast(costs.billing_date as string), 7)
        ) as invoice_period,
        sum(costs.interactions) as interactions,
        sum(costs.unpriced_interactions) as unpriced_interactions,
        sum(costs.uncosted_interactions) as uncosted_interactions,
        {{ exact_sum('costs.logged_usd') }} as logged_usd,
        {{ exact_sum('costs.imputed_usd') }} as imputed_usd

    from costs

    left join bills
        on costs.billing_provider = bills.billing_provider
            and costs.billing_date between bills.starts_on and bills.ends_on

    group by all

),

periods as (

    select
        coalesce(bills.billing_provider, spending.billing_provider)
            as billing_provider,
        coalesce(provider_names.model_provider, bills.billing_provider)
            as model_provider,
        coalesce(bills.invoice_period, spending.invoice_period) as invoice_period,
        coalesce(bills.period_grain, 'month') as period_grain,
        coalesce(bills.invoice_lines, 0) as invoice_lines,
        coalesce(spending.interactions, 0) as interactions,
        coalesce(spending.unpriced_interactions, 0) as unpriced_interactions,
        coalesce(spending.uncosted_interactions, 0) as uncosted_interactions,
        round(coalesce(spending.logged_usd, 0e0), 2) as logged_usd,
        round(coalesce(spending.logged_usd + spending.imputed_usd, 0e0), 2)
            as telemetry_usd,
        round(coalesce(bills.billed_usd, 0e0), 2) as billed_usd,
        round(coalesce(bills.billed_by_day_usd, 0e0), 2) as billed_by_day_usd,
        bills.starts_on >= telemetry_dates.first_date
        and bills.ends_on <= telemetry_dates.last_date as is_covered

    from bills

    full outer join spending
        on bills.billing_provider = spending.billing_provider
            and bills.invoice_period = spending.invoice_period

    left join provider_names
        on coalesce(bills.billing_provider, spending.billing_provider)
            = provider_names.billing_provider

    cross join telemetry_dates

),

reconciled_periods as (

    select
        *,
        round(billed_usd - telemetry_usd, 2) as variance_usd,
        case
            when invoice_lines = 0 then 'no_invoice'
            when not is_covered then 'not_covered'
            -- half a cent is rounding
            when abs(variance_usd)
                <= {{ knob('max_invoice_variance') }} * abs(billed_usd) + 0.005
                then 'agrees'
            when interactions = 0 then 'no_calls'
            else 'disagrees'
        end as status

    from periods

)

select * from reconciled_periods

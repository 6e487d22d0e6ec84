with

reconciled as (

    select * from {{ ref('int_invoice_reconciliation') }}

),

provider_costs as (

    select * from {{ ref('provider_costs_by_day') }}

),

invoices as (

    select * from {{ ref('int_invoice_lines') }}

),

-- all there is, less what is listed: calls and bills without a place, and rounding
parts as (

    select
        sum(interactions) as interactions,
        sum(unpriced_interactions) as unpriced_interactions,
        sum(uncosted_interactions) as uncosted_interactions,
        {{ cents(exact_sum('logged_usd')) }} as logged_usd,
        {{ cents(exact_sum('logged_usd + imputed_usd')) }} as telemetry_usd,
        0 as invoice_lines,
        0 as billed_usd

    from provider_costs

    union all

    select
        0 as interactions,
        0 as unpriced_interactions,
        0 as uncosted_interactions,
        0 as logged_usd,
        0 as telemetry_usd,
        count(*) as invoice_lines,
        {{ cents(exact_sum('amount_usd')) }} as billed_usd

    from invoices

    where not is_inside_month

    union all

    select
        -sum(interactions) as interactions,
        -sum(unpriced_interactions) as unpriced_interactions,
        -sum(uncosted_interactions) as uncosted_interactions,
        -sum({{ cents('logged_usd') }}) as logged_usd,
        -sum({{ cents('telemetry_usd') }}) as telemetry_usd,
        -sum(invoice_lines) as invoice_lines,
        -sum({{ cents('billed_usd') }}) as billed_usd

    from reconciled

),

residual as (

    select
        '(residual)' as model_provider,
        '(residual)' as billing_provider,
        'all' as invoice_period,
        'all' as period_grain,
        coalesce(sum(invoice_lines), 0) as invoice_lines,
        coalesce(sum(interactions), 0) as interactions,
        coalesce(sum(unpriced_interactions), 0) as unpriced_interactions,
        coalesce(sum(uncosted_interactions), 0) as uncosted_interactions,
        coalesce(sum(logged_usd), 0) as logged_usd,
        coalesce(sum(telemetry_usd), 0) as telemetry_usd,
        coalesce(sum(billed_usd), 0) as billed_usd,
        0 as billed_by_day_usd,
        'residual' as status

    from parts

),

periods_and_residual as (

    {% for rows in ['reconciled', 'residual'] %}
    select
        model_provider,
        billing_provider,
        invoice_period,
        period_grain,
        invoice_lines,
        interactions,
        unpriced_interactions,
        uncosted_interactions,
        logged_usd,
        telemetry_usd,
        billed_usd,
        billed_by_day_usd,
        status

    from {{ rows }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

reconciliation as (

    select
        model_provider,
        billing_provider,
        invoice_period,
        period_grain,
        cast(invoice_lines as bigint) as invoice_lines,
        cast(interactions as bigint) as interactions,
        cast(unpriced_interactions as bigint) as unpriced_interactions,
        cast(uncosted_interactions as bigint) as uncosted_interactions,
        cast(logged_usd as double) as logged_usd,
        cast({{ cents('telemetry_usd - logged_usd') }} as double) as imputed_usd,
        cast(telemetry_usd as double) as telemetry_usd,
        cast(billed_usd as double) as billed_usd,
        cast(billed_by_day_usd as double) as billed_by_day_usd,
        cast({{ cents('billed_usd - telemetry_usd') }} as double) as variance_usd,
        cast({{ cents('billed_usd - telemetry_usd') }} as double)
        / nullif(billed_usd, 0) as variance_share,
        status

    from periods_and_residual

)

select * from reconciliation

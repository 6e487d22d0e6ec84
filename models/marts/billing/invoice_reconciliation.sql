with

reconciled as (

    select * from {{ ref('int_invoices_reconciled') }}

),

residuals as (

    select * from {{ ref('int_residuals_summed') }}

),

every_row as (

    {% for parts in ['reconciled', 'residuals'] %}
    select
        model_provider,
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

    from {{ parts }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

shown as (

    select
        model_provider,
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

    from every_row

)

select * from shown

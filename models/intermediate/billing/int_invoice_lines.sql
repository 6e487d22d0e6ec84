{%- set days, months = "'^\\d{4}-\\d{2}-\\d{2}$'", "'^\\d{4}-\\d{2}$'" -%}

with

lines as (

    select * from {{ ref('stg_provider_invoices__lines') }}

),

aliases as (

    select * from {{ ref('provider_aliases') }}

),

-- a line that is delivered twice is billed once; without an id nobody can tell
delivered as (

    select
        *,
        row_number() over (
            partition by
                invoice_id,
                lower(model_provider),
                invoice_period,
                model_name,
                amount_usd
            order by invoice_id
        ) as delivery

    from lines

    qualify delivery = 1 or invoice_id is null

),

read as (

    select
        delivered.invoice_id,
        delivered.amount_usd,
        coalesce(aliases.provider, lower(delivered.model_provider)) as model_provider,
        delivered.invoice_period,
        case
            when {{ matches('delivered.invoice_period', days) }}
                then 'day'
            when {{ matches('delivered.invoice_period', months) }} then 'month'
        end as period_grain,
        try_cast(
            delivered.invoice_period || if(period_grain = 'month', '-01', '') as date
        ) as starts_on,
        if(period_grain = 'month', last_day(starts_on), starts_on) as ends_on,
        coalesce(
            period_grain is not null
            and starts_on is not null
            and delivered.model_provider is not null
            and delivered.amount_usd is not null,
            false
        ) as is_usable

    from delivered

    left join aliases on lower(delivered.model_provider) = aliases.alias

),

-- a month's bill covers its days: one that is billed by day too is billed once
placed as (

    select
        *,
        is_usable
        and period_grain = 'day'
        and count(*) filter (where period_grain = 'month') over months > 0
            as is_inside_month

    from read

    window months as (
        partition by is_usable, model_provider, date_trunc('month', starts_on)
    )

),

settled as (

    select
        * {{ exclude_columns('invoice_period, period_grain, starts_on, ends_on') }},
        if(is_inside_month, left(invoice_period, 7), invoice_period) as invoice_period,
        if(is_inside_month, 'month', period_grain) as period_grain,
        if(is_inside_month, date_trunc('month', starts_on), starts_on) as starts_on,
        if(is_inside_month, last_day(starts_on), ends_on) as ends_on

    from placed

)

select * from settled

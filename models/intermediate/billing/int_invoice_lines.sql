{%- set days = "'^\\d{4}-\\d{2}-\\d{2}$'" -%}
{%- set months = "'^\\d{4}-\\d{2}$'" -%}

with

lines as (

    select * from {{ ref('stg_provider_invoices__lines') }}

),

aliases as (

    select * from {{ ref('provider_aliases') }}

),

-- a line that is delivered twice is billed once; without an id it cannot be told apart
unique_lines as (

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

dated_lines as (

    select
        unique_lines.invoice_id,
        unique_lines.amount_usd,
        coalesce(aliases.provider, lower(unique_lines.model_provider))
            as model_provider,
        unique_lines.invoice_period,
        case
            when {{ matches('unique_lines.invoice_period', days) }}
                then 'day'
            when {{ matches('unique_lines.invoice_period', months) }} then 'month'
        end as period_grain,
        try_cast(
            unique_lines.invoice_period || if(period_grain = 'month', '-01', '') as date
        ) as starts_on,
        if(period_grain = 'month', last_day(starts_on), starts_on) as ends_on,
        coalesce(
            period_grain is not null
            and starts_on is not null
            and unique_lines.model_provider is not null
            and unique_lines.amount_usd is not null,
            false
        ) as is_usable

    from unique_lines

    left join aliases on lower(unique_lines.model_provider) = aliases.alias

),

-- a month's bill covers its days: one that is billed by day too is billed once
lines_with_month as (

    select
        *,
        is_usable
        and period_grain = 'day'
        and count(*) filter (where period_grain = 'month') over months > 0
            as is_inside_month

    from dated_lines

    window months as (
        partition by is_usable, model_provider, date_trunc('month', starts_on)
    )

),

invoice_lines as (

    select
        * {{ exclude_columns('invoice_period, period_grain, starts_on, ends_on') }},
        if(is_inside_month, left(invoice_period, 7), invoice_period) as invoice_period,
        if(is_inside_month, 'month', period_grain) as period_grain,
        if(is_inside_month, date_trunc('month', starts_on), starts_on) as starts_on,
        if(is_inside_month, last_day(starts_on), ends_on) as ends_on

    from lines_with_month

)

select * from invoice_lines

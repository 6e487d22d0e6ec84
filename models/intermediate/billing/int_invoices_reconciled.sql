{{ config(materialized='table') }}

with

paired as (

    select * from {{ ref('int_invoices_paired') }}

),

judged as (

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

    from paired

)

select * from judged

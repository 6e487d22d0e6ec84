with

call_checks as (

    select * from {{ ref('int_checks_evaluated') }}

),

invoices as (

    select * from {{ ref('int_checks_invoices') }}

),

rules as (

    select * from {{ ref('integrity_rules') }}

),

invoice_checks as (

    select
        invoices.check_name,
        invoices.table_name,
        invoices.column_name,
        rules.is_gate,
        cast(invoices.checked_rows as bigint) as checked_rows,
        cast(invoices.failed_rows as bigint) as failed_rows,
        invoices.failed_rows / nullif(invoices.checked_rows, 0) as failed_rate,
        invoices.tolerance,
        {{ check_status('invoices', 'rules') }} as status,
        cast(invoices.example_key as string) as example_key,
        rules.decisions,
        rules.remedy

    from invoices

    left join rules on invoices.check_name = rules.check_name

),

checks as (

    select * from call_checks
    union all
    select * from invoice_checks

)

select * from checks

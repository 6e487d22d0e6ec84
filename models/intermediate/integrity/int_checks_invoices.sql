with

reconciled as (

    select * from {{ ref('int_invoice_reconciliation') }}

),

invoices as (

    select * from {{ ref('int_invoice_lines') }}

),

files as (

    select * from {{ ref('stg_provider_invoices__files') }}

),

file_count as (

    select
        min(file_name) as file_name,
        count(*) as files

    from files

    having count(*) > 0

),

checks as (

    select
        'invoices' as table_name,
        'amount_usd' as column_name,
        {% call rows_of_checks() -%}
            {{ check(
                'invoice_variance', "status in ('disagrees', 'no_calls')",
                "concat_ws(' ', model_provider, invoice_period)",
                "status in ('agrees', 'disagrees', 'no_calls')"
            ) }}
        {%- endcall %}

    from reconciled

    union all

    select
        'invoices' as table_name,
        'invoice_period' as column_name,
        {% call rows_of_checks() -%}
            {{ check(
                'unusable_invoice', 'not is_usable',
                "concat_ws(' ', invoice_id, model_provider, invoice_period, amount_usd)"
            ) }}
        {%- endcall %}

    from invoices

    union all

    select
        'invoices' as table_name,
        'file' as column_name,
        {% call rows_of_checks() -%}
            {{ check('one_file', 'files > 1', 'file_name') }}
        {%- endcall %}

    from file_count

)

select * from checks

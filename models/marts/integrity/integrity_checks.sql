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

),

rejected as (

    select * from checks

    where check_name = 'castable_value' and failed_rows > 0

),

-- in words: how many, which share where some may fail, an example and the remedy
described as (

    select
        checks.*,
        case
            when checks.check_name = 'unknown_column'
                then 'ignored: ' || checks.table_name || '.' || checks.column_name
            when checks.status in ('degraded', 'failed') then
                if(checks.status = 'degraded', 'degraded: ', '')
                || checks.table_name || '.' || checks.column_name
                || ': ' || checks.check_name
                || ': ' || checks.failed_rows || ' of ' || checks.checked_rows
                || if(
                    checks.tolerance > 0,
                    ' (' || {{ as_percent('checks.failed_rate') }}
                    || ', limit ' || {{ as_percent('checks.tolerance') }} || ')',
                    ''
                )
                || coalesce(', e.g. ' || checks.example_key, '')
                -- these count a value that cannot be read as missing
                || if(
                    checks.check_name
                    in ('missing_latency', 'missing_cost', 'no_usable_value'),
                    coalesce(
                        '; ' || rejected.failed_rows || ' are unreadable, e.g. '
                        || rejected.example_key,
                        ''
                    ),
                    ''
                )
                || ': '
                || if(
                    checks.check_name = 'unpriced_call'
                    and checks.example_key like '%(no model)',
                    'fill in model_name, or provide cost_usd',
                    checks.remedy
                )
        end as problem

    from checks

    left join rejected
        on checks.table_name = rejected.table_name
            and checks.column_name = rejected.column_name

)

select * from described

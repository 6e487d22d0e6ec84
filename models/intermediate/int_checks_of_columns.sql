with

columns as (

    select
        *,
        lower(column_name) as contract_name

    from {{ ref('stg_telemetry_csv__columns') }}

    where column_name is not null

),

contract as (

    select * from {{ ref('contract_columns') }}

),

tables as (

    select
        table_name,
        any_value(file_name) as file_name,
        -- a day and an hour stand in for the timestamp
        bool_or(contract_name = 'date_utc') as has_date,
        -- an empty file has its own line
        count(*) = 1 and any_value(contract_name) = 'column0' as is_empty

    from columns

    group by all

),

required_checks as (

    select
        'required_column' as check_name,
        contract.table_name,
        contract.column_name,
        if(tables.is_empty, 0, 1) as checked_rows,
        if(columns.column_name is null and not tables.is_empty, 1, 0) as failed_rows,
        0e0 as tolerance,
        if(columns.column_name is null, tables.file_name, null) as example_key

    from contract

    inner join tables on contract.table_name = tables.table_name

    left join columns
        on contract.table_name = columns.table_name
            and contract.column_name = columns.contract_name

    where
        contract.requirement = 'required'
        and not (contract.column_name = 'timestamp_utc' and tables.has_date)

),

unknown_checks as (

    select
        'unknown_column' as check_name,
        columns.table_name,
        columns.column_name,
        1 as checked_rows,
        1 as failed_rows,
        -- named and ignored: no fault
        1e0 as tolerance,
        columns.file_name as example_key

    from columns

    inner join tables
        on columns.table_name = tables.table_name and not tables.is_empty

    left join contract
        on columns.table_name = contract.table_name
            and columns.contract_name = contract.column_name

    where contract.column_name is null

),

every_check as (

    select * from required_checks
    union all
    select * from unknown_checks

)

select * from every_check

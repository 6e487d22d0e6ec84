with

columns as (

    select * from {{ ref('stg_telemetry_csv__columns') }}

    where column_name is not null

),

contract as (

    select * from {{ ref('contract_columns') }}

),

files as (

    select
        table_name,
        file_name,
        -- a day and an hour stand in for the timestamp
        bool_or(contract_name = 'date_utc') as has_date

    from columns

    group by all

    -- an empty file has its own line
    having count(*) > 1 or any_value(contract_name) != 'column0'

),

required_checks as (

    select
        'required_column' as check_name,
        contract.table_name,
        contract.column_name,
        count(*) as checked_rows,
        count(*) filter (where columns.column_name is null) as failed_rows,
        0e0 as tolerance,
        min(files.file_name) filter (where columns.column_name is null) as example_key

    from contract

    inner join files on contract.table_name = files.table_name

    left join columns
        on files.table_name = columns.table_name
            and files.file_name = columns.file_name
            and contract.column_name = columns.contract_name

    where
        contract.requirement = 'required'
        and not (contract.column_name = 'timestamp_utc' and files.has_date)

    group by contract.table_name, contract.column_name

),

unknown_checks as (

    select
        'unknown_column' as check_name,
        columns.table_name,
        columns.column_name,
        count(*) as checked_rows,
        count(*) as failed_rows,
        -- named and ignored: no fault
        1e0 as tolerance,
        min(columns.file_name) as example_key

    from columns

    inner join files
        on columns.table_name = files.table_name
            and columns.file_name = files.file_name

    left join contract
        on columns.table_name = contract.table_name
            and columns.contract_name = contract.column_name

    where contract.column_name is null

    group by columns.table_name, columns.column_name

),

every_check as (

    select * from required_checks
    union all
    select * from unknown_checks

)

select * from every_check

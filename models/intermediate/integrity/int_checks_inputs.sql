{{ config(materialized='table') }}

with

columns as (

    select * from {{ ref('stg_telemetry_csv__columns') }}

),

contract as (

    select * from {{ ref('contract_columns') }}

),

rejected_values as (

    select * from {{ ref('int_rejected_values') }}

),

rows_read as (
    {% for table in ['interactions', 'sessions', 'users'] %}
    select
        '{{ table }}' as table_name,
        count(*) as rows_read

    from {{ ref('stg_telemetry_csv__' ~ table) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

tables as (

    select
        columns.table_name,
        any_value(columns.file_stem) as file_stem,
        min(columns.file_name) as file_name,
        any_value(columns.files) as files,
        any_value(columns.single_files) as single_files,
        any_value(rows_read.rows_read) as rows_read

    from columns

    left join rows_read on columns.table_name = rows_read.table_name

    group by all

),

file_checks as (

    select
        table_name,
        'file' as column_name,
        {% call rows_of_checks() -%}
            {{ check(
                'required_file', 'files = 0', 'file_stem', "table_name = 'interactions'"
            ) }},
            {{ check('one_file', 'single_files > 1', 'file_stem', 'files > 0') }},
            {{ check(
                'not_empty', 'rows_read = 0', 'file_name',
                'rows_read is not null and files > 0'
            ) }}
        {%- endcall %}

    from tables

    group by table_name

),

named_columns as (

    select * from columns

    where column_name is not null

),

files as (

    select
        table_name,
        file_name,
        -- a day and an hour stand in for the timestamp
        bool_or(contract_name = 'date_utc') as has_date

    from named_columns

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
        count(*) filter (where named_columns.column_name is null) as failed_rows,
        0e0 as tolerance,
        min(files.file_name) filter (where named_columns.column_name is null) as example_key

    from contract

    inner join files on contract.table_name = files.table_name

    left join named_columns
        on files.table_name = named_columns.table_name
            and files.file_name = named_columns.file_name
            and contract.column_name = named_columns.contract_name

    where
        contract.requirement = 'required'
        and not (contract.column_name = 'timestamp_utc' and files.has_date)

    group by contract.table_name, contract.column_name

),

unknown_checks as (

    select
        'unknown_column' as check_name,
        named_columns.table_name,
        named_columns.column_name,
        count(*) as checked_rows,
        count(*) as failed_rows,
        -- an unknown column is reported and ignored: no fault
        1e0 as tolerance,
        min(named_columns.file_name) as example_key

    from named_columns

    inner join files
        on named_columns.table_name = files.table_name
            and named_columns.file_name = files.file_name

    left join contract
        on named_columns.table_name = contract.table_name
            and named_columns.contract_name = contract.column_name

    where contract.column_name is null

    group by named_columns.table_name, named_columns.column_name

),

rejected_checks as (

    select
        'castable_value' as check_name,
        table_name,
        column_name,
        count(*) as checked_rows,
        count(*) as failed_rows,
        0e0 as tolerance,
        min(row_key || ' (' || raw_value || ')') as example_key

    from rejected_values

    group by all

),

cast_checks as (

    select * from rejected_checks

    union all

    select
        'castable_value' as check_name,
        'interactions' as table_name,
        '*' as column_name,
        1 as checked_rows,
        0 as failed_rows,
        0e0 as tolerance,
        null as example_key

    where not exists (select 1 from rejected_checks)

),

checks as (
    {% for part in ['file_checks', 'required_checks', 'unknown_checks', 'cast_checks'] %}
    select
        check_name,
        table_name,
        column_name,
        checked_rows,
        failed_rows,
        tolerance,
        example_key

    from {{ part }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from checks

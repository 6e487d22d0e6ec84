{{ config(materialized='table') }}

with

checks as (

    select * from {{ ref('int_checks_unioned') }}

),

rules as (

    select * from {{ ref('integrity_rules') }}

),

absent_columns as (

    select
        table_name,
        column_name

    from checks

    where check_name = 'required_column' and failed_rows > 0

),

-- references to a file that is absent, empty or without keys cannot be checked
absent_parents as (

    select distinct
        if(table_name = 'interactions', 'instruction_samples', 'interactions')
            as table_name,
        case table_name
            when 'interactions' then 'interaction_id'
            when 'sessions' then 'session_id'
            when 'users' then 'user_id'
        end as column_name

    from checks

    where
        failed_rows > 0
        and (
            check_name in ('required_file', 'not_empty')
            or check_name = 'required_column' and (table_name, column_name) in (
                ('interactions', 'interaction_id'),
                ('sessions', 'session_id'),
                ('users', 'user_id')
            )
        )

),

evaluated as (

    select
        checks.check_name,
        checks.table_name,
        checks.column_name,
        rules.is_gate,
        cast(checks.checked_rows as bigint) as checked_rows,
        cast(checks.failed_rows as bigint) as failed_rows,
        checks.failed_rows / nullif(checks.checked_rows, 0) as failed_rate,
        checks.tolerance,
        case
            -- an absent column or parent has a check of its own
            when absent_columns.column_name is not null
                and checks.check_name != 'required_column' then 'not_evaluable'
            when absent_parents.column_name is not null
                and checks.check_name = 'foreign_key' then 'not_evaluable'
            else {{ check_status('checks', 'rules') }}
        end as status,
        cast(checks.example_key as string) as example_key,
        rules.decisions,
        rules.remedy

    from checks

    left join rules on checks.check_name = rules.check_name

    left join absent_columns
        on checks.table_name = absent_columns.table_name
            and checks.column_name = absent_columns.column_name

    left join absent_parents
        on checks.table_name = absent_parents.table_name
            and checks.column_name = absent_parents.column_name

)

select * from evaluated

with

rejected as (

    select * from {{ ref('int_rejected_values') }}

),

counted as (

    select
        'castable_value' as check_name,
        table_name,
        column_name,
        count(*) as checked_rows,
        count(*) as failed_rows,
        0e0 as tolerance,
        min(row_key || ' (' || raw_value || ')') as example_key

    from rejected

    group by all

),

every_check as (

    select * from counted

    union all

    select
        'castable_value' as check_name,
        'interactions' as table_name,
        '*' as column_name,
        1 as checked_rows,
        0 as failed_rows,
        0e0 as tolerance,
        null as example_key

    where not exists (select 1 from counted)

)

select * from every_check

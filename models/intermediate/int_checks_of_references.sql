with

matched as (

    select * from {{ ref('int_references_matched') }}

),

every_check as (

    select
        table_name,
        column_name,
        unnest([
            {{ check('foreign_key', 'is_orphan', 'coalesce(parent_id, row_key)') }}
        ], recursive := true)

    from matched

    group by table_name, column_name

    union all by name

    select
        table_name,
        column_name,
        unnest([
            {{ check('one_window', 'windows > 1', 'parent_id') }}
        ], recursive := true)

    from matched

    where windows is not null

    group by table_name, column_name

)

select * from every_check

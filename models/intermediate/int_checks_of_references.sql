with

matched as (

    select * from {{ ref('int_references_matched') }}

),

every_check as (

    select
        table_name,
        column_name,
        {% call rows_of_checks() -%}
            {{ check('foreign_key', 'is_orphan', 'coalesce(parent_id, row_key)') }}
        {%- endcall %}

    from matched

    group by table_name, column_name

    union all

    select
        table_name,
        column_name,
        {% call rows_of_checks() -%}
            {{ check('one_window', 'windows > 1', 'parent_id') }}
        {%- endcall %}

    from matched

    where windows is not null

    group by table_name, column_name

)

select * from every_check

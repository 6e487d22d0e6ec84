{{ config(materialized='table') }}
with

matches as (

    select * from {{ ref('int_reference_matches') }}

),

checks as (

    select
        table_name,
        column_name,
        {% call rows_of_checks() -%}
            {{ check('foreign_key', 'is_orphan', 'coalesce(parent_id, row_key)') }},
            {{ check('one_window', 'is_divided', 'parent_id', 'is_divided is not null') }}
        {%- endcall %}

    from matches

    group by table_name, column_name

),

-- only sessions have windows
applicable_checks as (

    select * from checks

    where check_name != 'one_window' or column_name = 'session_id'

)

select * from applicable_checks

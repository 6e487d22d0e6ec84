with

columns as (

    select * from {{ ref('stg_telemetry_csv__columns') }}

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

every_check as (

    select
        table_name,
        'file' as column_name,
        {% call rows_of_checks() -%}
            {{ check(
                'required_file', 'files = 0', 'file_stem', 'rows_read is not null'
            ) }},
            {{ check('one_file', 'single_files > 1', 'file_stem', 'files > 0') }},
            {{ check(
                'not_empty', 'rows_read = 0', 'file_name',
                'rows_read is not null and files > 0'
            ) }}
        {%- endcall %}

    from tables

    group by table_name

)

select * from every_check

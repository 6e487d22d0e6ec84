with

tables as (
    {% for table in contract_tables() %}
    select
        '{{ table }}' as table_name,
        '{{ source('telemetry_csv', table).identifier }}' as file_stem
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

landed_files as (

    select * from {{ ref('stg_telemetry_csv__landed_files') }}

),

redated_rows as (

    select * from {{ ref('stg_telemetry_csv__redated_rows') }}

),

files as (

    select
        tables.table_name,
        tables.file_stem,
        landed_files.* {{ exclude_columns('table_name, landed_columns') }},
        coalesce(redated_rows.moved_rows, 0) as moved_rows

    from tables

    left join landed_files on tables.table_name = landed_files.table_name

    left join redated_rows on landed_files.landed_file = redated_rows.landed_file

)

select * from files

with

files as (

    select * from {{ ref('stg_telemetry_csv__files') }}

),

every_file as (

    select
        table_name,
        file_stem,
        file_name,
        coalesce(any_value(column_names), {{ list_of('cast(null as string)') }}) as column_names

    from files

    group by all

),

counted as (

    select
        table_name,
        file_stem,
        regexp_extract(file_name, '[^/]*$', 0) as file_name,
        column_names,
        count(file_name) over (partition by table_name) as files,
        count(file_name) filter (where file_name not like '%/%')
            over (partition by table_name) as single_files

    from every_file

),

named as (

    select
        * {{ exclude_columns('column_names') }},
        {{ row_for_each('column_names') }} as column_name

    from counted

),

-- nothing is asked of the files of a source that is off
asked as (

    select
        *,
        lower(column_name) as contract_name

    from named

    where {{ 'telemetry_csv' in sources_on() }}

)

select * from asked

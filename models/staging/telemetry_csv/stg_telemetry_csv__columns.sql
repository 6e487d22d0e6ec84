{%- set tables = ['interactions', 'sessions', 'users', 'prompts', 'instruction_samples'] -%}
{%- for table in tables[1:] + ['landed_interactions'] %}
-- depends_on: {{ ref('stg_telemetry_csv__' ~ table) }}
{%- endfor %}

with

{% for table in tables -%}
{%- set stem = source('telemetry_csv', table).identifier -%}
{{ table }} as (

    select
        '{{ table }}' as table_name,
        '{{ stem }}' as file_stem,
        files.file_name,
        files.column_names

    from (values (1)) as nothing

    left join {{ loaded_files(stem) }} as files on true

),

{% endfor -%}

every_table as (
    {% for table in tables %}
    select * from {{ table }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

every_file as (

    select
        table_name,
        file_stem,
        file_name,
        coalesce(any_value(column_names), {{ list_of('cast(null as string)') }}) as column_names

    from every_table

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
        * {{ leaving_out('column_names') }},
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

{%- set tables = ['interactions', 'sessions', 'users', 'prompts', 'instruction_samples'] -%}
{%- for table in tables[1:] + ['landed_interactions'] %}
-- depends_on: {{ ref('stg_telemetry_csv__' ~ table) }}
{%- endfor %}

with

redated_rows as (

    select * from {{ ref('stg_telemetry_csv__redated_rows') }}

),

files as (
    {% for table in tables %}
    {%- set stem = source('telemetry_csv', table).identifier %}
    select
        '{{ table }}' as table_name,
        '{{ stem }}' as file_stem,
        files.* {{ exclude_columns('table_name') }}

    from (values (1)) as nothing

    left join {{ loaded_files(stem) }} as files on true
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

moved as (

    select
        files.*,
        coalesce(redated_rows.moved_rows, 0) as moved_rows

    from files

    left join redated_rows on files.landed_file = redated_rows.landed_file

)

select * from moved

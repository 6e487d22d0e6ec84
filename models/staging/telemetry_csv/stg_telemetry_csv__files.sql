{%- set tables = [
    'interactions', 'sessions', 'users', 'prompts', 'instruction_samples'
] -%}
-- depends_on: {{ ref('stg_telemetry_csv__columns') }}

with

moves as (

    select * from {{ ref('stg_telemetry_csv__moves') }}

),

files as (
    {% for table in tables %}
    select
        '{{ table }}' as table_name,
        files.* {{ leaving_out('table_name, column_names') }}

    from {{ loaded_files(source('telemetry_csv', table).identifier) }} as files
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

moved as (

    select
        files.*,
        coalesce(moves.moved_rows, 0) as moved_rows

    from files

    left join moves on files.landed_file = moves.landed_file

)

select * from moved

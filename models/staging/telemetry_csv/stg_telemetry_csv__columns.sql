{%- set tables = ['interactions', 'sessions', 'users', 'prompts', 'instruction_samples'] -%}

with

{% for table in tables -%}
{%- set stem = source('telemetry_csv', table).identifier -%}
{%- set files = telemetry_files(source('telemetry_csv', table)) -%}
{{ table }} as (
    {% for file in files or [''] %}
    select
        '{{ table }}' as table_name,
        '{{ stem }}' as file_stem,
        {{ files | length }} as files,
        {{ single_files(files, stem) | length }} as single_files,
        {{ "'" ~ (file | replace('\\', '/')).split('/')[-1] | replace("'", "''") ~ "'" if file else 'cast(null as string)' }} as file_name,
        column_name,
        lower(column_name) as contract_name

    from {{ described(file) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

{% endfor -%}

every_table as (
    {% for table in tables %}
    select * from {{ table }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

-- nothing is asked of the files of a source that is off
asked as (

    select * from every_table where {{ 'telemetry_csv' in sources_on() }}

)

select * from asked

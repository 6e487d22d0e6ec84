{%- set tables = ['interactions', 'sessions', 'users', 'prompts', 'instruction_samples'] -%}

with

{% for table in tables -%}
{%- set files = telemetry_files(source('telemetry_csv', table)) -%}
{{ table }} as (

    select
        '{{ table }}' as table_name,
        '{{ source('telemetry_csv', table).identifier }}' as file_stem,
        {{ files | length }} as files,
        {{ "'" ~ (files[0] | replace('\\', '/')).split('/')[-1] | replace("'", "''") ~ "'" if files else 'cast(null as varchar)' }} as file_name,
        column_name

    from {{ described(files) }}

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

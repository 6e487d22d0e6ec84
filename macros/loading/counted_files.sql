{% macro counted_files(source, records) -%}
    {#- every file, by its path below the data folder; also one without a readable record, which
        may be of another source -#}
    {%- set folder = env_var('LLMOPS_DATA_DIR', 'data/sample') -%}
    select
        ltrim(substr(files.file_path, {{ folder | length + 1 }}), '/') as file_name,
        count(records.file_path) as records,
        count(*) filter (where not records.is_readable) as unreadable_records
    from (
        select unnest(cast([
            {%- for file in gateway_files(source) %}
            {{ plain_path(file) }}{{ ',' if not loop.last }}
            {%- endfor %}
        ] as varchar [])) as file_path
    ) as files
    left join {{ records }} as records on files.file_path = records.file_path
    group by all
{%- endmacro %}

{% macro telemetry_files(relation) -%}
    {#- the files of this table in the data folder, quoted and ready to be read -#}
    {%- set folder = env_var('LLMOPS_DATA_DIR', 'data/sample') -%}
    {%- if execute and 'telemetry_csv' in sources_on() -%}
        {%- set found = run_query(
            "select file from glob(" ~ literal_path(folder ~ "/" ~ relation.identifier)[:-1] ~ ".*')"
            ~ " where regexp_matches(file, '[.](csv|csv[.]gz|parquet)$') order by file"
        ) -%}
        {{ return(found.columns[0].values() | list) }}
    {%- endif -%}
    {{ return([]) }}
{%- endmacro %}

{% macro literal_path(path) -%}
    {#- a path as a string that SQL reads as it is, brackets and quotes included -#}
    '{{ modules.re.sub('([*?[])', '[\\1]', path) | replace("'", "''") }}'
{%- endmacro %}

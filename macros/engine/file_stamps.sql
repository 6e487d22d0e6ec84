{% macro file_stamps(files) -%}
    {#- when each was last written, to the second, and its size, as text that sorts by time -#}
    {%- set stamps = {} -%}
    {%- for name, written, size in run_query(
        "select filename, strftime(last_modified, '%Y-%m-%d %H:%M:%S'), size
            from read_blob(" ~ path_list(files) ~ ")"
        if target.type != 'spark' else stamps_on_spark(files)
    ).rows -%}
        {%- do stamps.update({name: written ~ ' ' ~ size}) -%}
    {%- endfor -%}
    {{ return(stamps) }}
{%- endmacro %}

{% macro landed_files() -%}
    {#- what is in the landing folder; what was written in the second of its source is not
        to be trusted -#}
    {#- Spark lands every file again -#}
    {%- if target.type == 'spark' -%}{{ return({}) }}{%- endif -%}
    {%- set landed, sidecars = {}, literal_path(landing_folder())[:-1] ~ "/llm_*.days.parquet'" -%}
    {%- if run_query('select file from glob(' ~ sidecars ~ ')').rows | length -%}
        {%- for name, written in run_query(
            "select filename, strftime(last_modified - interval 1 second,
                '%Y-%m-%d %H:%M:%S') || '~' from read_blob(" ~ sidecars ~ ")"
        ).rows -%}{%- do landed.update({name: written}) -%}{%- endfor -%}
    {%- endif -%}
    {{ return(landed) }}
{%- endmacro %}

{% macro stamps_on_spark(files) -%}
    {%- for file in files -%}
    select {{ plain_path(file) }} as file, date_format(max(modificationTime),
        'yyyy-MM-dd HH:mm:ss'), sum(length) from binaryFile.`{{ file }}`
    {{ 'union all ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

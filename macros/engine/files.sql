{# every file below a folder, whose `file` holds its path #}
{% macro files_below(folder) -%}
    {%- if target.type == 'spark' -%}
    {%- do run_query(
        'create or replace temporary view listed_files using binaryFile options (path '
        ~ plain_path(folder) ~ ", recursiveFileLookup 'true')"
    ) -%}
    (select replace(path, 'file:', '') as file from listed_files) as files
    {%- else -%}
    glob({{ literal_path(folder)[:-1] }}/**')
    {%- endif -%}
{%- endmacro %}

{# a file of text or Parquet as a table whose columns are texts: a view on Spark, which has no
    function for text whose first line names the columns #}
{% macro file_table(file) -%}
    {%- if target.type == 'spark' -%}
    {%- set view = 'file_' ~ local_md5(file) -%}
    {%- do run_query(
        'create or replace temporary view ' ~ view
        ~ ' using ' ~ ('parquet' if file.endswith('.parquet') else 'csv')
        ~ ' options (path ' ~ plain_path(file)
        ~ ", header 'true', multiLine 'true', escape '\"', maxCharsPerColumn '-1')"
    ) -%}
    {{ view }}
    {%- elif file.endswith('.parquet') -%}
    read_parquet({{ literal_path(file) }})
    {%- else -%}
    read_csv({{ literal_path(file) }}, {{ csv_dialect() }})
    {%- endif -%}
{%- endmacro %}

{% macro files_of_table(table) -%}
    {#- path/stem.csv, path/stem.parquet or what is in path/stem -#}
    {%- set ending = "(file, '[.](csv|csv[.]gz|parquet)$')" -%}
    {%- if target.type == 'spark' -%}
    {%- set folder = table.rpartition('/')[0] -%}
    {%- set after_folder = 'locate(' ~ plain_path(table) ~ ', file) + ' ~ folder | length -%}
    select concat({{ plain_path(folder) }}, substr(file, {{ after_folder }})) as file
    from {{ files_below(folder) }}
    where (
        contains(file, {{ plain_path(table ~ '.') }})
        or contains(file, {{ plain_path(table ~ '/') }})
    ) and regexp_like{{ ending }}
    order by file
    {%- else -%}
    select file
    from (
        from glob({{ literal_path(table)[:-1] }}.*')
        union all
        from glob({{ literal_path(table)[:-1] }}/**')
    )
    where regexp_matches{{ ending }}
    order by file
    {%- endif -%}
{%- endmacro %}

{% macro is_there(file) -%}
    {%- if target.type == 'spark' -%}
    {#- Spark cannot look for a file that may not be there: it has those that the environment
        names -#}
    {{ return(
        env_var('LLM_TELEMETRY_LEDGER', '') == file
        or env_var('LLM_TELEMETRY_REVIEWS', '') == file
        or env_var('LLM_TELEMETRY_SCORECARD', '') == file
    ) }}
    {%- endif -%}
    {%- set found = run_query('select file from glob(' ~ literal_path(file) ~ ')').rows -%}
    {{ return(found | length > 0) }}
{%- endmacro %}

{% macro lines_of_json(file, columns, variable) -%}
    {#- of the file that the session names in `variable`, if it does -#}
    {%- if target.type == 'spark' -%}
    {%- set fields = [] -%}
    {%- for name, type in columns.items() -%}
        {%- do fields.append(name ~ ' ' ~ type) -%}
    {%- endfor -%}
    (
        select line.*
        from (
            select from_json(value, '{{ fields | join(', ') }}') as line
            from text.{{ '`' ~ file ~ '`' }}
        )
    ) as lines
    {%- else -%}
    read_ndjson(
        coalesce(getvariable('{{ variable }}'), {{ literal_path(file) }}),
        columns = {{ columns }},
        ignore_errors = true
    )
    {%- endif -%}
{%- endmacro %}

{% macro landing(sql, place) -%}
    {#- a file that is not finished has another name; Spark writes a folder. A larger dictionary
        takes longer to fill than it saves: names have fewer values, ids and measures more -#}
    {%- if target.type == 'spark' -%}
    insert overwrite directory {{ plain_path(place) }} using parquet {{ sql }}
    {%- else -%}
    copy ({{ sql }}) to {{ plain_path(place) }} (format parquet, compression zstd,
        dictionary_size_limit 5000, use_tmp_file true)
    {%- endif -%}
{%- endmacro %}

{% macro landing_folder() -%}
    {#- next to the warehouse, whichever file is being built; on Spark inside it -#}
    {%- if target.type == 'spark' -%}{{ return(env_var('LLM_TELEMETRY_SPARK_WAREHOUSE',
        'target/spark') ~ '/landed') }}{%- endif -%}
    {%- set built = run_query(
        "select path, getvariable('ledger_file') is not null from duckdb_databases()"
        ~ ' where database_name = current_database()'
    ).rows[0] -%}
    {%- if not built[0] or not built[1] -%}
    {{ exceptions.raise_compiler_error('profiles.yml: ' ~ (
        'list the module llm_telemetry.warehouse.dbt_plugin under `plugins` of this output'
        if built[0] else 'name a file as the `path` of this output'
    )) }}
    {%- endif -%}
    {%- set path = (built[0] | replace('\\', '/')).split('/') -%}
    {{ return((path[:-1] + ['.landed.' ~ path[-1] | replace('.building.', '')]) | join('/')) }}
{%- endmacro %}

{# the rows of a landed file #}
{% macro read_landed(place) %}{{ 'parquet.`' ~ place ~ '`' if target.type == 'spark'
    else 'read_parquet(' ~ literal_path(place) ~ ')' }}{% endmacro %}

{% macro rows_with_file(values, places) -%}
    {#- those of landed files of the same columns, with the name of each -#}
    {%- if target.type == 'spark' -%}
    {% for place in places %}select {{ values }},
        {{ plain_path(place.split('/')[-1]) }} as landed_file
        from {{ read_landed(place) }}{{ ' union all ' if not loop.last }}{% endfor %}
    {%- else -%}
    select {{ values }}, parse_filename(filename) as landed_file
        from read_parquet({{ path_list(places) }}, filename = true)
    {%- endif -%}
{%- endmacro %}

{% macro rejected_values_type() %}{{ 'array<struct<column_name: string, raw_value: string>>'
    if target.type == 'spark'
    else 'struct(column_name varchar, raw_value varchar) []' }}{% endmacro %}

{# what landed files contain by day; one reading of all of them where the engine can name a
    row's file #}
{% macro read_days(places) -%}
    {%- if target.type == 'spark' -%}
    {%- for place in places %}select *, '{{ place.split('/')[-1] }}' as landed_file
        from {{ read_landed(days_place(place)) }}{{ ' union all ' if not loop.last }}{% endfor -%}
    {%- else -%}
    select * exclude (filename), replace(parse_filename(filename), '.days.parquet',
        '.parquet') as landed_file from read_parquet({{ path_list(places | map('replace',
        '.parquet', '.days.parquet') | list) }}, filename = true)
    {%- endif -%}
{%- endmacro %}

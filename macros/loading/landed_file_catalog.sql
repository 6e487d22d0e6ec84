{#- what a landed file contains, by the day of its rows: how many, the sums that their digest is
    made of, and its columns. The sums are decimals: Parquet has no integer that wide, and a
    double would round -#}
{% macro landed_days(place, columns, found, landed) -%}
    {%- set hashed = landed + (['rejected_values'] if 'rejected_values' not in landed else []) -%}
    select
        {{ loaded_date() if 'timestamp_utc' in columns else 'cast(null as date)' }} as loaded_date,
        count(*) as file_rows,
        cast({{ md5_high('row_md5') }} as decimal(38, 0)) as md5_high,
        cast({{ md5_low('row_md5') }} as decimal(38, 0)) as md5_low,
        {{ list_of(quoted_names(found)) }} as column_names,
        '{{ landed | join(',') }}' as landed_columns
    from (
        select *, {{ row_digest(hashed | join(', ')) }} as row_md5
        from (select {{ landed_values(columns, landed) }} from {{ read_landed(place) }}) as landed
    ) as hashed
    group by all
{%- endmacro %}

{#- the day, in UTC, that a call is filed under; calls without a time have none -#}
{% macro loaded_date() -%}
    cast({{ called_at() }} as date)
{%- endmacro %}

{#- the files of a table as they are now, each with the days of its rows -#}
{% macro catalog_files(table, files, stamps, places) -%}
    {%- set folder = env_var('LLMOPS_DATA_DIR', 'data/sample') ~ '/' -%}
    select '{{ table }}' as table_name, files.file_name, files.landed_file, files.file_bytes,
        days.loaded_date, days.file_rows, days.md5_high, days.md5_low, days.column_names,
            days.landed_columns
    from (values
        {%- for file in files %}
        ({{ plain_path(file | replace('\\', '/') | replace(folder, '')) }},
            {{ plain_path(places[loop.index0].split('/')[-1]) }},
            cast({{ stamps[file].split(' ')[-1] }} as bigint)){{ ',' if not loop.last }}
        {%- endfor %}
    ) as files (file_name, landed_file, file_bytes)
    left join ({{ read_days(places) }}) as days on files.landed_file = days.landed_file
{%- endmacro %}

{#- the same of a table without files -#}
{% macro empty_file_catalog() -%}
    select cast(null as string) as table_name, cast(null as string) as file_name,
        cast(null as string) as landed_file, cast(null as bigint) as file_bytes,
        cast(null as date) as loaded_date, cast(null as bigint) as file_rows,
            cast(null as decimal(38, 0)) as md5_high, cast(null as decimal(38, 0)) as md5_low,
        cast(null as {{ text_array() }}) as column_names, cast(null as string) as landed_columns
    where false
{%- endmacro %}

{#- the landed files of a table that have rows, in the order of their names: the name of each,
    and its columns -#}
{% macro files_with_rows(table, condition='true') -%}
    {%- set catalog, files = ref('stg_telemetry_csv__landed_files'), [] -%}
    {%- if execute and flags.WHICH in ['build', 'run'] -%}
        {%- for name, landed_columns in run_query(
            'select landed_file, min(landed_columns) from ' ~ catalog ~ "
                where table_name = '" ~ table ~ "' and landed_columns is not null and " ~ condition
            ~ ' group by landed_file order by min(file_name)'
        ).rows -%}{%- do files.append([name, landed_columns]) -%}{%- endfor -%}
    {%- endif -%}
    {{ return(files) }}
{%- endmacro %}

{#- landed files of interactions that the continued build did not know -#}
{% macro fresh_files() -%}
    {{ return(text_list(ref('stg_telemetry_csv__landed_files'), 'landed_file',
        "table_name = 'interactions' and landed_file not in (select landed_file
            from " ~ earlier('loaded_files') ~ ' where landed_file is not null)')) }}
{%- endmacro %}

{% macro quoted_names(names) -%}
    {% for name in names %}{{ plain_path(name) }}{{ ', ' if not loop.last }}{% endfor %}
{%- endmacro %}

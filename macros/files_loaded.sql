{#- what a landed file holds, by the day of its rows: how many, and the sums their digest is made of; and its columns -#}
{% macro days_loaded(file, place) -%}
    {%- set names = run_query('describe from read_parquet(' ~ literal_path(place) ~ ')').columns[0].values() -%}
    select
        {{ loaded_date() if 'timestamp_utc' in names else 'cast(null as date)' }} as loaded_date,
        count(*) as file_rows,
        sum(cast(row_md5 >> 64 as ubigint)) as md5_high,
        sum(cast(row_md5 & 18446744073709551615 as ubigint)) as md5_low,
        [{% for name in described_columns(file) %}{{ plain_path(name) }}{{ ', ' if not loop.last }}{% endfor %}] as column_names
    from (select *, md5_number(cast(row({{ names | join(', ') }}) as varchar)) as row_md5 from read_parquet({{ literal_path(place) }})) as hashed
    group by all
{%- endmacro %}

{#- the day, in UTC, that a call is filed under; calls without a time have none -#}
{% macro loaded_date() -%}
    cast({{ called_at() }} as date)
{%- endmacro %}

{#- the files of a table as they are now, each with the days it holds -#}
{% macro files_loaded(table, files, stamps, places) -%}
    {%- set folder = env_var('LLMOPS_DATA_DIR', 'data/sample') ~ '/' -%}
    select cast(null as varchar) as table_name, cast(null as varchar) as file_name, cast(null as varchar) as landed_file, cast(null as bigint) as file_bytes,
        cast(null as date) as loaded_date, cast(null as bigint) as file_rows, cast(null as hugeint) as md5_high, cast(null as hugeint) as md5_low, cast(null as varchar []) as column_names
    where false
    {%- for file in files %}
    union all
    select '{{ table }}', {{ plain_path(file | replace('\\', '/') | replace(folder, '')) }}, {{ plain_path(places[loop.index0].split('/')[-1]) }}, {{ stamps[file].split(' ')[-1] }}, days.*
    from (select 1 as one) as file left join read_parquet({{ literal_path(days_place(places[loop.index0])) }}) as days on true
    {%- endfor %}
{%- endmacro %}

{#- what `land` left of a table: its files as they are now -#}
{% macro loaded_files(table) -%}
    {%- if execute and flags.WHICH in ['build', 'run'] -%}read_parquet({{ literal_path(loaded_place(table)) }})
    {%- else -%}({{ files_loaded(table, [], {}, []) }}){%- endif -%}
{%- endmacro %}

{#- landed files of interactions that the build this one goes on from did not know -#}
{% macro fresh_files() -%}
    {{ return(text_list(loaded_files('llm_system_interactions'), 'landed_file',
        'landed_file not in (select landed_file from ' ~ earlier('loaded_files') ~ ' where landed_file is not null)')) }}
{%- endmacro %}

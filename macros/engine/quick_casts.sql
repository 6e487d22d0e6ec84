{#- types a file with DuckDB's reader as it splits the lines, which costs no more than splitting
    them. A text that only the careful casts of typed_file accept or reject makes the file be
    typed again by them: both give the same rows -#}
{% macro land_quickly(file, columns, found, landed, place) -%}
    {#- whether it did -#}
    {%- if target.type == 'spark' or file.endswith('.parquet')
        or not landed -%}{{ return(false) }}{%- endif -%}
    {%- do run_query('drop table if exists landing_errors; drop table if exists landing_scans') -%}
    {%- set rows = 'select ' ~ quick_casts(columns, landed) ~ ' from ' ~ typed_csv(file, columns,
        found) -%}
    {%- do run_query(landing(rows, place)) -%}
    {%- do run_query('create or replace temp table landing_check as ' ~ unsure_values(columns,
        landed, place)) -%}
    {{ return(run_query(
        'select not is_unsure and not exists (from landing_errors) from landing_check'
    ).columns[0].values()[0]) }}
{%- endmacro %}

{% macro typed_csv(file, columns, found) -%}
    {#- split as a reading of texts is; what is torn or cannot be cast is listed in
        landing_errors -#}
    {%- set types = {'double': 'double', 'bigint': 'double', 'boolean': 'boolean',
        'timestamp': 'timestamptz'} -%}
    {%- set prompt = run_query('select prompt from sniff_csv(' ~ literal_path(file) ~ ', '
        ~ csv_dialect() ~ ')').columns[0].values()[0] -%}
    {%- set detected = prompt.partition(', auto_detect=false')[2].partition(', columns={')[0] -%}
    read_csv({{ literal_path(file) }}, auto_detect = false{{ detected }}, columns = {
        {%- for name in found -%}
        {{ plain_path(name) }}: '{{ types.get(columns.get(name | lower), 'varchar') }}'
        {{- ', ' if not loop.last }}
        {%- endfor -%}
    }, {{ csv_dialect() | replace('all_varchar = true, ', '') }}, store_rejects = true,
        rejects_limit = 1, rejects_table = 'landing_errors', rejects_scan = 'landing_scans')
{%- endmacro %}

{% macro quick_casts(columns, landed=none) -%}
    {%- for name in landed or columns %}
        {{ {
            'bigint': 'case when ' ~ name ~ ' = floor(' ~ name ~ ')'
                ~ ' and abs(' ~ name ~ ') <= 1e12 then cast(' ~ name ~ ' as bigint)'
                ~ ' when ' ~ name ~ ' is not null then ' ~ no_count() ~ ' end',
            'timestamp': name ~ " at time zone 'UTC'",
            'user': 'case when ' ~ user_salt() ~ " = '' then " ~ name
                ~ ' else ' ~ hashed_user(safe_text(name)) ~ ' end',
        }.get(columns[name], name) }} as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro unsure_values(columns, landed, place) -%}
    {%- set unsure = [] -%}
    {%- for name in landed -%}{%- do unsure.append({
        'text': unsure_text(name),
        'user': unsure_text(name),
        'double': 'not abs(' ~ name ~ ') <= 1e12',
        'bigint': name ~ ' = ' ~ no_count(),
        'timestamp': 'not ' ~ is_plausible_time(name),
    }.get(columns[name])) -%}{%- endfor -%}
    select coalesce(bool_or({{ unsure | select | join(' or ') or 'false' }}), false) as is_unsure
        from {{ read_landed(place) }}
{%- endmacro %}

{% macro unsure_text(name) %}{{ name }} like ' %' or {{ name }} like '% ' or lower({{ name }})
    in ('', 'nan', 'null'){% endmacro %}

{# marks a number that is not a count #}
{% macro no_count() %}(-9223372036854775807 - 1){% endmacro %}

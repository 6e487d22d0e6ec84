{% macro json_lines(files) -%}
    {#- every line as text, which costs no more than to split it: what is no JSON can then be
        repaired. A line that is not UTF-8 is no text, and is left to count_torn_lines -#}
    read_csv(
        {{ path_list(files) }},
        auto_detect = false, header = false, columns = {'line': 'varchar'}, delim = chr(1),
        quote = '', escape = '', strict_mode = false, filename = true, ignore_errors = true,
        max_line_size = {{ longest_line() }},
        buffer_size = {{ [longest_line() | int, 33554432] | max }},
        store_rejects = true, rejects_limit = 0, rejects_table = 'torn_lines',
        rejects_scan = 'torn_scans'
    )
{%- endmacro %}

{% macro longest_line() -%}
    {#- in bytes; `run` raises it where a file has a longer one -#}
    {{ return(env_var('LLM_TELEMETRY_LONGEST_LINE', '') | int(0) or 16777216) }}
{%- endmacro %}

{% macro line_files(files) -%}
    {%- set zipped = files_ending(files, 'json[.]gz') -%}
    {%- set whole = whole_files(zipped) if zipped else [] -%}
    {{ return(
        files_ending(files, '(jsonl|ndjson)([.]gz)?') + zipped | reject('in', whole) | list
    ) }}
{%- endmacro %}

{#- two hooks of a model that reads lines: DuckDB lists those that are no text, by connection -#}
{% macro forget_torn_lines() -%}
    drop table if exists torn_lines; drop table if exists torn_scans
{%- endmacro %}

{% macro count_torn_lines(relation, files, row) -%}
    {#- adds a row for each, which has the values that are given for its columns -#}
    {%- if execute and line_files(files) -%}
    insert into {{ relation }} ({{ row.keys() | join(', ') }})
    select {{ row.values() | join(', ') }}
    from torn_lines
    inner join torn_scans using (scan_id, file_id)
    {%- endif -%}
{%- endmacro %}

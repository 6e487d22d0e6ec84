{#- how each kind of file becomes documents; a torn one is null, so that it can be counted -#}
{% macro line_documents(files) -%}
    {%- for format, pattern in {'newline_delimited': '(jsonl|ndjson)([.]gz)?', 'auto': 'json[.]gz'}.items() -%}
        {%- set lines = files_ending(files, pattern) -%}
        {%- if lines %}
        select filename as file_path, json as document
        from read_json_objects({{ path_list(lines) }}, format = '{{ format }}', filename = true, ignore_errors = true)
        union all
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{% macro whole_documents(files) -%}
    {#- what is not one document is read by line, be it lines or a torn array of lines -#}
    {%- set found = files_ending(files, 'json') -%}
    {%- if found %}
        select file_path, unnest(documents) as document
        from (
            select filename as file_path, {{ documents_of_text("coalesce(ltrim(try(decode(content)), chr(65279)), '?')") }} as documents
            from read_blob({{ path_list(found) }})
        ) as files
        union all
    {%- endif -%}
{%- endmacro %}

{% macro documents_of_text(text) -%}
    case when try_cast({{ text }} as json) is not null then [cast({{ text }} as json)]
    else list_transform(
        list_filter(string_split({{ text }}, chr(10)), lambda line: trim(line, e' \t\r[],') != ''),
        lambda line: try_cast(regexp_replace(line, '^[\s\[,]*(\{.*\})[\s\],]*$', '\1') as json)
    ) end
{%- endmacro %}

{% macro parquet_documents(files, unread) -%}
    {#- one by one: of two batches one may hold text where the other holds a struct, or nothing at all -#}
    {%- for file in files_ending(files, 'parquet') %}
        select
            {{ dbt.string_literal(dbt.escape_single_quotes(file)) }} as file_path,
            to_json(struct_pack(*columns(lambda name: not regexp_matches(name, '{{ unread }}')))) as document
        from read_parquet({{ literal_path(file) }})
        union all
    {%- endfor -%}
{%- endmacro %}

{% macro csv_documents(files, unread) -%}
    {#- auto-detection gives up on a torn file; a short row is torn: its last column is absent, not empty -#}
    {%- for file in files_ending(files, 'csv([.]gz)?') -%}
        {%- set names = csv_header(file) -%}
        {%- if names %}
        select {{ dbt.string_literal(dbt.escape_single_quotes(file)) }} as file_path, case when "{{ names[-1] }}" is not null then to_json({
            {%- for name in names if not modules.re.search(unread, name) %}{{ ', ' if not loop.first }}'{{ name }}': "{{ name }}"{% endfor -%}
        }) end as document
        from read_csv({{ literal_path(file) }}, columns = { {%- for name in names %}'{{ name }}': 'varchar'{{ ', ' if not loop.last }}{% endfor -%} }, {{ csv_settings() }})
        union all
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{% macro csv_settings() -%}
    auto_detect = false, header = false, skip = 1, delim = ',', quote = '"', escape = '"', nullstr = chr(1), strict_mode = false,
    null_padding = true, ignore_errors = true, parallel = false, max_line_size = 16777216
{%- endmacro %}

{% macro csv_header(file) -%}
    {%- set lines = run_query(
        "select trim(line, chr(65279) || chr(13)) from read_csv(" ~ literal_path(file) ~ ", auto_detect = false, header = false,"
        ~ " columns = {'line': 'varchar'}, delim = chr(1), quote = '', escape = '', max_line_size = 16777216) limit 1"
    ).columns[0].values() -%}
    {%- set names = [] -%}
    {%- for name in (lines[0] or '').split(',') if lines and name -%}{%- do names.append(name.strip(' "')) -%}{%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{% macro whole_files(files) -%}
    {#- those that are no lines: documents, and lines behind a byte order mark, which only the reader of CSV skips -#}
    {%- set object = "select json as head from read_json_objects(PATH, format = 'newline_delimited', ignore_errors = true)" -%}
    {%- set line = "select line as head from read_csv(PATH, " ~ text_lines() ~ ", ignore_errors = true)" -%}
    {%- set zipped = files_beginning(files_ending(files, 'json[.]gz'), line, "coalesce(try(json_type(head)), '') != 'OBJECT'") -%}
    {%- set unread = files_beginning(files_ending(files, '(jsonl|ndjson)([.]gz)?'), object, "head is null") -%}
    {%- set marked = files_beginning(unread, line, "try_cast(head as json) is not null") -%}
    {{ return(files_ending(files, 'json') + zipped + marked) }}
{%- endmacro %}

{% macro files_beginning(files, query, test) -%}
    {#- the files of whose first row the test is true; in batches, for the planning of many at once is slow -#}
    {%- set found = [] -%}
    {%- for batch in files | batch(100) -%}
        {%- set heads = [] -%}
        {%- for file in batch -%}
            {%- do heads.append("select " ~ dbt.string_literal(dbt.escape_single_quotes(file)) ~ " as file, (" ~ query | replace('PATH', literal_path(file)) ~ " limit 1) as head") -%}
        {%- endfor -%}
        {%- do found.extend(run_query("select file from (" ~ heads | join(' union all ') ~ ") as heads where " ~ test).columns[0].values()) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{% macro read_otlp(relation) -%}
    {#- every document as text, as it was written; `relation` only records the lineage -#}
    {%- set files = source_files('otlp', ['jsonl', 'ndjson', 'json']) -%}
    {%- set lines = files_ending(files, '(jsonl|ndjson)([.]gz)?') -%}
    {%- if lines -%}
    select line as json, filename as file_name
    from {{ json_lines(lines) }}
    where regexp_matches(line, '\S')
    union all
    {% endif -%}
    {%- set documents = files_ending(files, 'json') -%}
    {%- if documents %}
    select unnest({{ otlp_documents('text') }}) as json, file_path as file_name
    from ({{ text_of_files(documents) }}) as files
    union all
    {% endif -%}
    {%- set zipped = files_ending(files, 'json[.]gz') -%}
    {%- if zipped %}
    select json, filename as file_name
    from read_json_objects(
        {{ path_list(zipped) }}, filename = true, ignore_errors = true, format = 'auto',
        maximum_object_size = {{ longest_line() }}
    )
    union all
    {% endif -%}
    select cast(null as varchar) as json, cast(null as varchar) as file_name where false
{%- endmacro %}

{% macro otlp_documents(text) -%}
    {#- one document, a list of them, or several that each begin with a brace at a line's start -#}
    {%- set document = "if(place = 1, '', '{') || part" -%}
    case
        when trim({{ text }}, e' \t\r\n') = '' then []
        when try(json_type({{ text }})) = 'ARRAY' then from_json({{ text }}, '["VARCHAR"]')
        when json_valid({{ text }}) then [{{ text }}]
        when json_valid({{ whole_characters(text) }}) then [{{ whole_characters(text) }}]
        else list_transform(
            string_split(trim({{ text }}, e' \t\r\n'), e'\n{'), lambda part, place: {{ document }}
        )
    end
{%- endmacro %}

{% macro otlp_files() -%}
    {#- the path that DuckDB reads, and the name below the data folder -#}
    {%- set folder = env_var('LLMOPS_DATA_DIR', 'data/sample') -%}
    {%- for file in source_files('otlp', ['jsonl', 'ndjson', 'json']) %}
    select
        '{{ file | replace("'", "''") }}' as path,
        '{{ file[folder | length:].lstrip('/') | replace("'", "''") }}' as file_name
    union all
    {%- endfor %}
    select cast(null as varchar) as path, cast(null as varchar) as file_name where false
{%- endmacro %}

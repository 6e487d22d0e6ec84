{% macro read_otlp(relation) -%}
    {#- every document as text, as it was written; `relation` only records the lineage. Rows are
        parsed by the thousand, in many times the memory of their text: a long document has a
        row for each part of it, and all but the first are empty requests -#}
    select file_name, if(part = 0, json, {{ otlp_empty_request() }}) as json
    from (
        select
            file_name,
            json,
            unnest(range(1 + coalesce(strlen(json), 0) // 4096)) as part
        from ({{ otlp_texts() }}) as texts
    ) as parts
{%- endmacro %}

{% macro otlp_empty_request() %}'{"resourceSpans":[]}'{% endmacro %}

{% macro otlp_texts() -%}
    {#- null for what is no JSON; a filter of blank lines would join rows that a reader parts -#}
    {%- set files = source_files('otlp', ['jsonl', 'ndjson', 'json']) -%}
    {%- set lines = files_ending(files, '(jsonl|ndjson)([.]gz)?') -%}
    {%- if lines -%}
    select
        if(regexp_matches(line, '\S'), line, {{ otlp_empty_request() }}) as json,
        filename as file_name
    from {{ json_lines(lines) }}
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

{% macro read_otlp(relation) -%}
    {#- every document as text, null where it is torn; `relation` only records the lineage -#}
    {%- set files, queries = source_files('otlp', ['jsonl', 'ndjson', 'json']), [] -%}
    {%- for query, pattern in otlp_readers().items() -%}
        {%- set paths = [] -%}
        {%- for file in files if modules.re.search(pattern, file) -%}
            {%- do paths.append(literal_path(file)) -%}
        {%- endfor -%}
        {%- if paths -%}
            {%- do queries.append(query | replace('PATHS', '[' ~ paths | join(', ') ~ ']')) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set no_rows =
        'select cast(null as varchar) as json, cast(null as varchar) as file_name where false' -%}
    {{ queries | join(' union all ') or no_rows }}
{%- endmacro %}

{% macro otlp_readers() -%}
    {#- the query that reads the files of each pattern; a .json file is read as text, because a
        torn document would stop the JSON reader, which skips a torn line -#}
    {%- set objects = "select json, filename as file_name from read_json_objects("
        ~ "PATHS, filename = true, ignore_errors = true, format = " -%}
    {%- set text = "coalesce(ltrim(try(decode(content)), chr(65279)), '?')" -%}
    {%- set documents = "select unnest(" ~ otlp_documents(text)
        ~ ") as json, filename as file_name from read_blob(PATHS)" -%}
    {{ return({
        objects ~ "'newline_delimited')": '[.](jsonl|ndjson)([.]gz)?$',
        documents: '[.]json$',
        objects ~ "'auto')": '[.]json[.]gz$',
    }) }}
{%- endmacro %}

{% macro otlp_documents(text) -%}
    {#- one document, a list of them, or several that each begin with a brace at a line's start -#}
    {%- set document = "if(place = 1, '', '{') || part" -%}
    case
        when trim({{ text }}, e' \t\r\n') = '' then []
        when try(json_type({{ text }})) = 'ARRAY' then from_json({{ text }}, '["VARCHAR"]')
        when json_valid({{ text }}) then [{{ text }}]
        else list_transform(
            string_split(trim({{ text }}, e' \t\r\n'), e'\n{'),
            lambda part, place: if(json_valid({{ document }}), {{ document }}, null)
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

{% macro read_otlp(relation) -%}
    {#- every document as text, null where it is torn; the relation is named for the lineage alone -#}
    {%- set files, read = source_files('otlp', ['jsonl', 'ndjson', 'json']), [] -%}
    {%- for reader, pattern in otlp_readers().items() -%}
        {%- set paths = [] -%}
        {%- for file in files if modules.re.search(pattern, file) -%}{%- do paths.append(literal_path(file)) -%}{%- endfor -%}
        {%- if paths -%}{%- do read.append(reader | replace('PATHS', '[' ~ paths | join(', ') ~ ']')) -%}{%- endif -%}
    {%- endfor -%}
    {{ read | join(' union all ') or 'select cast(null as varchar) as json, cast(null as varchar) as file_name where false' }}
{%- endmacro %}

{% macro otlp_readers() -%}
    {#- a whole document is read as text: torn, it would end the reading of JSON, lines do not -#}
    {%- set objects = "select json, filename as file_name from read_json_objects(PATHS, filename = true, ignore_errors = true, format = " -%}
    {%- set text = "select unnest(" ~ otlp_documents("coalesce(ltrim(try(decode(content)), chr(65279)), '?')")
        ~ ") as json, filename as file_name from read_blob(PATHS)" -%}
    {{ return({
        objects ~ "'newline_delimited')": '[.](jsonl|ndjson)([.]gz)?$', text: '[.]json$', objects ~ "'auto')": '[.]json[.]gz$'
    }) }}
{%- endmacro %}

{% macro otlp_documents(text) -%}
    {#- one, a list of them, or one behind the other, each with its brace at the start of a line -#}
    case
        when trim({{ text }}, e' \t\r\n') = '' then []
        when try(json_type({{ text }})) = 'ARRAY' then from_json({{ text }}, '["VARCHAR"]')
        when json_valid({{ text }}) then [{{ text }}]
        else list_transform(
            string_split(trim({{ text }}, e' \t\r\n'), e'\n{'),
            lambda part, place: if(json_valid(if(place = 1, '', '{') || part), if(place = 1, '', '{') || part, null)
        )
    end
{%- endmacro %}

{% macro otlp_files() -%}
    {#- the path that DuckDB reads, and the name below the data folder -#}
    {%- set folder = env_var('LLMOPS_DATA_DIR', 'data/sample') -%}
    {%- for file in source_files('otlp', ['jsonl', 'ndjson', 'json']) %}
    select '{{ file | replace("'", "''") }}' as path, '{{ file[folder | length:].lstrip('/') | replace("'", "''") }}' as file_name
    union all
    {%- endfor %}
    select cast(null as varchar) as path, cast(null as varchar) as file_name where false
{%- endmacro %}

{% macro read_records(source, unread) -%}
    {#- one row per record of the source's files, a JSON object; null where it cannot be read -#}
    {%- set files = gateway_files(source) -%}
    with

    documents as (
        {{ line_documents(files) }}
        {{ whole_documents(files) }}
        {{ csv_documents(files, unread) }}
        {{ parquet_documents(files, unread) }}
        select cast(null as varchar) as file_path, cast(null as json) as document where false
    ),

    {{ unwrapped_documents() }}
{%- endmacro %}

{% macro unwrapped_documents() -%}
    {#- an unnest beside the document would parse all of it again for each of its records -#}
    listed as materialized (
        select file_path, case
            when not regexp_matches(left(document, 200), '^\s*(\[|\{\s*"(data|logs)"\s*:\s*\[)') then [document]
            when starts_with(ltrim(document, e' \t\r\n'), '[') then from_json(document, '["json"]')
            when document is not null then json_transform(document, '{"data": ["json"], "logs": ["json"]}').data
            else [document]
        end as records
        from documents
    )

    select file_path, unnest(records) as record from listed
{%- endmacro %}

{% macro path_list(files) -%}
    [{% for file in files %}{{ literal_path(file) }}{{ ', ' if not loop.last }}{% endfor %}]
{%- endmacro %}

{% macro files_ending(files, pattern) -%}
    {%- set found = [] -%}
    {%- for file in files if modules.re.search('[.](' ~ pattern ~ ')$', file) -%}{%- do found.append(file) -%}{%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{% macro gateway_files(source) -%}
    {{ return(source_files(source, ['json', 'jsonl', 'ndjson', 'csv', 'parquet'])) }}
{%- endmacro %}

{% macro read_records(source, unread) -%}
    {#- one row per record of the source's files, as JSON; null where it cannot be read -#}
    {%- set files = gateway_files(source) -%}
    {%- set whole = whole_files(files) -%}
    with

    documents as (
        {{ line_documents(files) }}
        {{ whole_documents(whole) }}
        {{ csv_documents(files, unread) }}
        {{ parquet_documents(files, unread) }}
        select cast(null as varchar) as file_path, cast(null as json) as document where false
    ),
    {{ unwrapped_documents() }}
{%- endmacro %}

{% macro unwrapped_documents() -%}
    {#- materialized: an unnest next to the document would parse it again for each record -#}
    {{ paged_documents() }},

    listed as materialized (
        select
            file_path,
            case
                when starts_with(ltrim(document, e' \t\r\n'), '[')
                    then from_json(document, '["json"]')
                else coalesce(page.data, page.logs, [document])
            end as records
        from paged
    )

    select file_path, unnest(records) as record from listed
{%- endmacro %}

{% macro paged_documents() -%}
    {#- a page of an API has its records under `data` or `logs` -#}
    paged as materialized (
        select
            file_path,
            document,
            case
                when not (contains(document, '"data"') or contains(document, '"logs"'))
                    or starts_with(ltrim(document, e' \t\r\n'), '[') then null
                when regexp_matches(document, '"(data|logs)"\s*:\s*\[')
                    then json_transform(document, '{"data": ["json"], "logs": ["json"]}')
            end as page
        from documents
    )
{%- endmacro %}

{% macro path_list(files) -%}
    [{% for file in files %}{{ literal_path(file) }}{{ ', ' if not loop.last }}{% endfor %}]
{%- endmacro %}

{% macro files_ending(files, pattern) -%}
    {%- set found = [] -%}
    {%- for file in files if modules.re.search('[.](' ~ pattern ~ ')$', file) -%}
        {%- do found.append(file) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{% macro gateway_files(source) -%}
    {#- without the tables of the contract and the invoices, which may lie in the same folder -#}
    {%- set found, folder = [], env_var('LLMOPS_DATA_DIR', 'data/sample') -%}
    {%- for file in source_files(source, ['json', 'jsonl', 'ndjson', 'csv', 'parquet'])
        if not modules.re.search('/llm_(system|provider)_', file | replace(folder, '')) -%}
        {%- do found.append(file) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

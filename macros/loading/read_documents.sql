{#- documents from each kind of file; a torn one is null, so that it can be counted -#}
{% macro line_documents(files) -%}
    {%- set lines = line_files(files) -%}
    {%- if lines %}
        select
            filename as file_path,
            coalesce(
                try_cast(line as json),
                nullif(try_cast({{ repaired_json('line') }} as json), 'null')
            ) as document
        from {{ json_lines(lines) }}
        where regexp_matches(line, '\S')
        union all
    {%- endif -%}
{%- endmacro %}

{% macro whole_documents(whole) -%}
    {#- a file that is not one document is split into lines: lines, or a torn array of lines -#}
    {%- set plain = text_of_files(files_ending(whole, 'json')) -%}
    {%- set zipped = text_of_zipped(files_ending(whole, 'gz')) -%}
    {%- for text in [plain, zipped] if text %}
        select file_path, unnest({{ documents_of_text('text') }}) as document
        from ({{ text }}) as files
        union all
    {%- endfor -%}
{%- endmacro %}

{% macro text_of_files(files) -%}
    {%- if files %}
            select
                filename as file_path,
                coalesce(ltrim(try(decode(content)), chr(65279)), '?') as text
            from read_blob({{ path_list(files) }})
    {%- endif -%}
{%- endmacro %}

{% macro text_of_zipped(files) -%}
    {#- DuckDB unzips CSV and JSON only, so the text is read as CSV lines; a line may be the whole
        text, and the size of the file is all that bounds its length -#}
    {%- if files %}
            {%- set query = "select greatest(16777216, max(32 * size)) from read_blob("
                ~ path_list(files) ~ ")" -%}
            {%- set longest = run_query(query).columns[0].values()[0] %}
            select file_path, string_agg(line, chr(10) order by place) as text
            from (
                select filename as file_path, line, row_number() over () as place
                from read_csv({{ path_list(files) }}, {{ text_lines(longest) }}, filename = true)
            ) as lines
            group by file_path
    {%- endif -%}
{%- endmacro %}

{% macro documents_of_text(text) -%}
    case when try_cast({{ text }} as json) is not null then [cast({{ text }} as json)]
    when json_valid({{ whole_characters(text) }})
        then [cast({{ whole_characters(text) }} as json)]
    else list_transform(
        list_filter(
            string_split({{ text }}, chr(10)), lambda line: trim(line, e' \t\r[],') != ''
        ),
        lambda line: try_cast({{ repaired_json(
            "regexp_replace(line, '^[\\s\\[,]*(\\{.*\\})[\\s\\],]*$', '\\1')"
        ) }} as json)
    ) end
{%- endmacro %}

{% macro parquet_documents(files, unread) -%}
    {#- file by file: a column may be text in one, a struct in another, and missing in a third -#}
    {%- for file in files_ending(files, 'parquet') %}
        select
            {{ plain_path(file) }} as file_path,
            to_json(struct_pack(
                *columns(lambda name: not regexp_matches(name, '{{ unread }}'))
            )) as document
        from read_parquet({{ literal_path(file) }})
        union all
    {%- endfor -%}
{%- endmacro %}

{% macro csv_documents(files, unread) -%}
    {#- auto-detection rejects a torn file; in a torn row the last column is null, not empty -#}
    {%- for file in files_ending(files, 'csv([.]gz)?') -%}
        {%- set names = csv_header(file) -%}
        {%- if names %}
        select
            {{ plain_path(file) }} as file_path,
            case when column_{{ names | length }} is not null
                then to_json({ {{ csv_fields(names, unread) }} }) end as document
        from read_csv(
            {{ literal_path(file) }},
            columns = {
                {%- for name in names %}
                'column_{{ loop.index }}': 'varchar'{{ ', ' if not loop.last }}
                {%- endfor %}
            },
            {{ csv_settings() }}
        )
        union all
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{% macro csv_fields(names, unread) -%}
    {#- data frames write an index without a name, or under the name of a column: the first value
        under a name counts -#}
    {%- set fields, spellings = {}, {} -%}
    {%- for name in names -%}
        {%- if name and not modules.re.search(unread, name) -%}
            {%- do spellings.setdefault(name.lower(), name) -%}
            {%- do fields.setdefault(name.lower(), []).append('column_' ~ loop.index) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for key, columns in fields.items() %}
        '{{ spellings[key] }}':
        {%- if columns | length > 1 %} coalesce(
            {%- for column in columns -%}
            nullif({{ column }}, ''){{ ', ' if not loop.last }}
            {%- endfor -%}
        )
        {%- else %} {{ columns[0] }}
        {%- endif -%}
        {{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{% macro csv_settings() -%}
    auto_detect = false, header = false, skip = 1, delim = ',', quote = '"', escape = '"',
    nullstr = chr(1), strict_mode = false, null_padding = true, ignore_errors = true,
    parallel = false, max_line_size = 16777216
{%- endmacro %}

{% macro csv_header(file) -%}
    {%- set lines = run_query(
        "select trim(line, chr(65279) || chr(13)) from read_csv("
        ~ literal_path(file) ~ ", " ~ text_lines() ~ ") limit 1"
    ).columns[0].values() -%}
    {%- set header, names = lines[0] if lines else '', [] -%}
    {%- for name in header.split(',') if header -%}
        {%- do names.append(name.strip(' "')) -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{% macro text_lines(longest=16777216) -%}
    auto_detect = false, header = false, columns = {'line': 'varchar'}, delim = chr(1), quote = '',
    escape = '', parallel = false, max_line_size = {{ longest }}, buffer_size = {{ longest }}
{%- endmacro %}

{% macro whole_files(files) -%}
    {#- not lines of JSON, but documents -#}
    {%- set line -%}
    select line as head from read_csv(PATH, {{ text_lines() }}, ignore_errors = true)
    {%- endset -%}
    {%- set documents = files_beginning(
        files_ending(files, 'json[.]gz'), line, "coalesce(try(json_type(head)), '') != 'OBJECT'"
    ) -%}
    {{ return(files_ending(files, 'json') + documents) }}
{%- endmacro %}

{% macro files_beginning(files, query, test) -%}
    {#- the files for whose first row the test is true; in batches, because a query of many files
        is slow to plan -#}
    {%- set found = [] -%}
    {%- for batch in files | batch(100) -%}
        {%- set heads = [] -%}
        {%- for file in batch -%}
            {%- set name = dbt.string_literal(dbt.escape_single_quotes(file)) -%}
            {%- set first_row = query | replace('PATH', literal_path(file)) ~ ' limit 1' -%}
            {%- do heads.append('select ' ~ name ~ ' as file, (' ~ first_row ~ ') as head') -%}
        {%- endfor -%}
        {%- set rows = '(' ~ heads | join(' union all ') ~ ') as heads' -%}
        {%- set matches = run_query('select file from ' ~ rows ~ ' where ' ~ test) -%}
        {%- do found.extend(matches.columns[0].values()) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{% macro telemetry_files(relation) -%}
    {#- the files of this table in the data folder, in the order of their names; batches have a
        folder of the table's name -#}
    {%- set table = env_var('LLMOPS_DATA_DIR', 'data/sample') ~ '/' ~ relation.identifier -%}
    {%- if execute and (relation.schema not in source_tables()
        or relation.schema in sources_on()) -%}
        {{ return(run_query(files_of_table(table)).columns[0].values() | list) }}
    {%- endif -%}
    {{ return([]) }}
{%- endmacro %}

{% macro single_files(files, table) -%}
    {#- those of a table's files that are not in the folder of its batches -#}
    {%- set found = [] -%}
    {%- for file in files if '/' ~ table ~ '/' not in file | replace('\\',
        '/') -%}{%- do found.append(file) -%}{%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{% macro literal_path(path) -%}
    {#- a path as a string that SQL reads as it is, brackets and quotes included -#}
    '{{ modules.re.sub('([*?[])', '[\\1]', path) | replace("'", "''") }}'
{%- endmacro %}

{% macro plain_path(path) -%}
    {#- a path as a string where SQL expects no pattern -#}
    {{ dbt.string_literal(dbt.escape_single_quotes(path)) }}
{%- endmacro %}

{% macro landed_table(table, key, condition='true') -%}
    {#- the rows of all the table's files; a condition on the key keeps others unread -#}
    {%- set files, columns = files_with_rows(table), contract_columns(table) -%}
    {%- if files | length > 1 -%}
    {{ newest_landed(files, columns, key, condition) }}
    {%- elif files -%}
    select * {{ exclude_columns('landed_file') }} from ({{ landed_rows(files, columns) }}) as landed
        where {{ condition }}
    {%- else -%}
    {{ typed_file('', columns) }}
    {%- endif -%}
{%- endmacro %}

{% macro newest_landed(files, columns, key, condition) -%}
    {#- of a key the row in the file that sorts last counts; a key twice in that file is left to
        the checks -#}
    select * {{ exclude_columns('landed_file, file_number') }}
    from ({{ landed_rows(files, columns) }}) as landed
    inner join (values
        {%- for file in files %} ({{ plain_path(file[0]) }}, {{ loop.index }}){{ ','
            if not loop.last }}{% endfor %}
    ) as files (landed_file, file_number) using (landed_file)
    where {{ condition }}
    qualify {{ key }} is null or file_number = max(file_number) over (partition by {{ key }})
{%- endmacro %}

{% macro landed_rows(files, columns) -%}
    {#- those of every landed file, with its name: files of the same columns in one reading -#}
    {%- set folder = landing_folder() if files -%}
    {%- for landed, alike in files | groupby(1) -%}
    {%- set places = [] -%}
    {%- for file in alike -%}{%- do places.append(folder ~ '/' ~ file[0]) -%}{%- endfor -%}
    {{ rows_with_file(landed_values(columns, landed.split(',')), places) }}
    {{ 'union all ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{% macro landed_values(columns, landed) -%}
    {#- every column of the contract, in its order; a column that the file lacks is no more than
        a null of its type -#}
    {%- set types = {'text': 'string', 'user': 'string'} -%}
    {%- for name, type in columns.items() -%}
    {{ name if name in landed
        else 'cast(null as ' ~ types.get(type, type) ~ ') as ' ~ name }}, {# #}
    {%- endfor -%}
    {{ 'rejected_values' if 'rejected_values' in landed else 'cast(null as '
        ~ rejected_values_type() ~ ') as rejected_values' }}
{%- endmacro %}

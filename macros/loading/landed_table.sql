{% macro landed_table(relation, key, columns, condition='true') -%}
    {#- the rows of all the table's files, each file typed once; a condition on the key keeps others unread -#}
    {%- set files = telemetry_files(relation) -%}
    {%- set places = land(relation.identifier, files, columns) -%}
    {%- if places | length > 1 -%}
    {{ newest_landed(places, key, condition) }}
    {%- elif places -%}
    select * from {{ read_landed(places[0]) }} where {{ condition }}
    {%- else -%}
    {{ typed_file((files or [''])[0], columns) }}
    {%- endif -%}
{%- endmacro %}

{% macro newest_landed(places, key, condition) -%}
    {#- of a key the file that sorts last has the word; a key twice in that file is left to the checks -#}
    select * {{ exclude_columns('landed_file, file_number') }}
    from ({{ landed_rows(places) }}) as landed
    inner join (values
        {%- for place in places %} ({{ plain_path(place.split('/')[-1]) }}, {{ loop.index }}){{ ',' if not loop.last }}{% endfor %}
    ) as files (landed_file, file_number) using (landed_file)
    where {{ condition }}
    qualify {{ key }} is null or file_number = max(file_number) over (partition by {{ key }})
{%- endmacro %}

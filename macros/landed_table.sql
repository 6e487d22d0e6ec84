{% macro landed_table(relation, key, columns, condition='true') -%}
    {#- the rows of all the table's files, each file typed once; a condition on the key keeps others unread -#}
    {%- set files = telemetry_files(relation) -%}
    {%- set places = land(relation.identifier, files, columns) -%}
    {%- if places | length > 1 -%}
    {{ newest_landed(places, key, condition) }}
    {%- elif places -%}
    select * from read_parquet({{ literal_path(places[0]) }}) where {{ condition }}
    {%- else -%}
    {{ typed_file((files or [''])[0], columns) }}
    {%- endif -%}
{%- endmacro %}

{% macro newest_landed(places, key, condition) -%}
    {#- of a key the file that sorts last has the word; a key twice in that file is left to the checks -#}
    {%- set names = "['" ~ places | map('replace', landing_folder() ~ '/', '') | join("', '") ~ "']" -%}
    {%- set file, last = 'parse_filename(filename)', 'list_position(' ~ names ~ ', parse_filename(filename))' -%}
    select * exclude (filename)
    from read_parquet({{ path_list(places) }}, filename = true)
    where {{ condition }}
    qualify {{ key }} is null or {{ file }} = max_by({{ file }}, {{ last }}) over (partition by {{ key }})
{%- endmacro %}

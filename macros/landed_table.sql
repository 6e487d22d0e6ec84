{% macro read_landed(files, places, key, columns) -%}
    {%- if places | length > 1 -%}
    {{ newest_landed(places, key) }}
    {%- elif places -%}
    select * from read_parquet({{ literal_path(places[0]) }})
    {%- else -%}
    {{ typed_file((files or [''])[0], columns) }}
    {%- endif -%}
{%- endmacro %}

{% macro newest_landed(places, key) -%}
    {#- of a key the file that sorts last has the word; a key twice in that file is left to the checks -#}
    {%- set names = "['" ~ places | map('replace', landing_folder() ~ '/', '') | join("', '") ~ "']" -%}
    {%- set file, last = 'parse_filename(filename)', 'list_position(' ~ names ~ ', parse_filename(filename))' -%}
    select * exclude (filename)
    from read_parquet({{ path_list(places) }}, filename = true)
    qualify {{ key }} is null or {{ file }} = max_by({{ file }}, {{ last }}) over (partition by {{ key }})
{%- endmacro %}

{% macro newest_typed(files, key, columns) -%}
    {#- the same without landing: of a key the file that sorts last has the word -#}
    with every_file as (
        {% for file in files or [''] -%}
        select *, {{ loop.index }} as file_place from ({{ typed_file(file, columns) }}) as typed{{ loop.index }}
        {{ 'union all ' if not loop.last }}
        {%- endfor %}
    )

    select * {{ leaving_out('file_place') }} from every_file
    qualify {{ key }} is null or file_place = max(file_place) over (partition by {{ key }})
{%- endmacro %}

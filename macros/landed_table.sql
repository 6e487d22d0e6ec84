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
    {%- set last = [] -%}
    {%- for place in places -%}{%- do last.append('when ' ~ plain_path(place.split('/')[-1]) ~ ' then ' ~ loop.index) -%}{%- endfor -%}
    select * {{ leaving_out('landed_file') }}
    from ({{ landed_rows(places) }}) as landed
    where {{ condition }}
    qualify {{ key }} is null or landed_file = max_by(landed_file, case landed_file {{ last | join(' ') }} end) over (partition by {{ key }})
{%- endmacro %}

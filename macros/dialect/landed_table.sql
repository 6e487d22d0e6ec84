{% macro landed_table(relation, key, columns) -%}
    {#- the rows of all the table's files, each file typed once; Spark's staging tables are what is landed -#}
    {%- set files = telemetry_files(relation) -%}
    {%- if target.type == 'spark' -%}
    {{ newest_typed(files, key, columns) }}
    {%- else -%}
    {{ read_landed(files, land(relation.identifier, files, columns), key, columns) }}
    {%- endif -%}
{%- endmacro %}

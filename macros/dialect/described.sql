{% macro described(file) -%}
    {#- the column names of a file; one row without a name where there is none -#}
    {%- if not file -%}
    (select cast(null as string) as column_name)
    {%- elif target.type == 'spark' -%}
    (select explode(array('{{ file_columns(file) | join("', '") }}')) as column_name)
    {%- else -%}
    (describe select * from {{ file_table(file) }})
    {%- endif -%}
{%- endmacro %}

{% macro file_columns(file) -%}
    {#- the column names of a file, as it spells them -#}
    {{ return(run_query('describe select * from ' ~ file_table(file)).columns[0].values() | list) }}
{%- endmacro %}

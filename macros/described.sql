{% macro described(file) -%}
    {#- the column names of a file; one row without a name where there is none -#}
    {%- if file.endswith('.parquet') -%}
    (describe select * from read_parquet({{ literal_path(file) }}))
    {%- elif file -%}
    (describe select * from read_csv({{ literal_path(file) }}, {{ csv_dialect() }}))
    {%- else -%}
    (select cast(null as varchar) as column_name)
    {%- endif -%}
{%- endmacro %}

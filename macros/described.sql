{% macro described_columns(file) -%}
    {#- the column names of a file, as it spells them -#}
    {%- set reader = 'read_parquet(' ~ literal_path(file) ~ ')' if file.endswith('.parquet')
        else 'read_csv(' ~ literal_path(file) ~ ', ' ~ csv_dialect() ~ ')' -%}
    {{ return(run_query('describe select * from ' ~ reader).columns[0].values()) }}
{%- endmacro %}

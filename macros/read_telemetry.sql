{% macro read_telemetry(file, columns) -%}
    {#- every column as text: the casts are ours, so that what fails is counted and not dropped -#}
    {%- if file.endswith('.parquet') -%}
    select cast(columns(*) as varchar) from read_parquet({{ literal_path(file) }})
    union all by name
    {%- elif file -%}
    select * from read_csv({{ literal_path(file) }}, {{ csv_dialect() }})
    union all by name
    {%- endif %}
    select {% for name in columns %}cast(null as varchar) as {{ name }}{{ ', ' if not loop.last }}{% endfor %}
    where false
{%- endmacro %}

{% macro csv_dialect() -%}
    all_varchar = true, header = true, delim = ',', quote = '"', escape = '"'
{%- endmacro %}

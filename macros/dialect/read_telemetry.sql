{% macro read_telemetry(file, columns) -%}
    {#- every column as text: the casts are ours, so that what fails is counted and not dropped -#}
    {%- if file and target.type == 'spark' -%}
    {%- set found = described_columns(file) | map('lower') | list -%}
    select {% for name in columns %}cast({{ name if name in found else 'null' }} as string) as {{ name }}{{ ', ' if not loop.last }}{% endfor %}
    from {{ file_table(file) }}
    {%- else -%}
    {%- if file %}
    select {{ 'cast(columns(*) as varchar)' if file.endswith('.parquet') else '*' }} from {{ file_table(file) }}
    union all by name
    {% endif -%}
    select {% for name in columns %}cast(null as string) as {{ name }}{{ ', ' if not loop.last }}{% endfor %}
    where false
    {%- endif -%}
{%- endmacro %}

{% macro csv_dialect() -%}
    all_varchar = true, header = true, delim = ',', quote = '"', escape = '"'
{%- endmacro %}

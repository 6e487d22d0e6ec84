{% macro read_telemetry(file, columns) -%}
    {#- every column as text: the casts are ours, so that what fails is counted and not dropped -#}
    {%- set found = described_columns(file) | map('lower') | list if file else [] -%}
    select
        {%- for name in columns %}
        cast({{ name if name in found else 'null' }} as string) as {{ name }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    {{ 'from ' ~ file_table(file) if file else 'where false' }}
{%- endmacro %}

{% macro csv_dialect() -%}
    all_varchar = true, header = true, delim = ',', quote = '"', escape = '"'
{%- endmacro %}

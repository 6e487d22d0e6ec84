{% macro read_telemetry(file, columns) -%}
    {#- every column as text: the casts are ours, so that what fails is counted and not dropped -#}
    {%- set found = {} -%}
    {%- for name, written in (contract_names(file) if file else {}).items() -%}
        {%- do found.update({name | lower: written}) -%}
    {%- endfor -%}
    select
        {%- for name in columns %}
        cast({{ quoted_name(found[name]) if name in found else 'null' }} as string) as {{ name }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    {{ 'from ' ~ file_table(file) if file else 'where false' }}
{%- endmacro %}

{% macro csv_dialect() -%}
    all_varchar = true, header = true, delim = ',', quote = '"', escape = '"',
    max_line_size = 16777216, buffer_size = 33554432
{%- endmacro %}

{#- a column name as a file spells it, quotes included -#}
{% macro quoted_name(name) -%}
    {%- set quote = '`' if target.type == 'spark' else '"' -%}
    {{ quote ~ name | replace(quote, quote ~ quote) ~ quote }}
{%- endmacro %}

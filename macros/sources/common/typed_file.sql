{% macro typed_file(file, columns, query='') -%}
    {#- of the rows of a file, or of a query that reads it -#}
    with

    source as ({{ query | trim or read_telemetry(file, columns) }}),

    typed as (select {{ typed_columns(columns).rstrip(', \n') }} from source)

    select {{ columns | join(', ') }}, {{ rejected_values(columns) }} as rejected_values

    from typed
{%- endmacro %}

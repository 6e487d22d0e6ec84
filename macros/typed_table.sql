{% macro typed_table(relation, columns) -%}
    with

    source as ({{ read_telemetry(relation, columns) }}),

    typed as (select {{ typed_columns(columns) }} from source)

    select {{ columns | join(', ') }}, {{ rejected_values(columns) }} as rejected_values

    from typed
{%- endmacro %}

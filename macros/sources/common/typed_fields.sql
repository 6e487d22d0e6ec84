{% macro named_fields(fields) -%}
    {#- each column as text, from the first of its fields that has a value -#}
    {%- for name, field in fields.items() %}
        {{ first_text(field[1:]) }} as {{ name }},
    {%- endfor %}
{%- endmacro %}

{% macro field_types(fields) -%}
    {%- set types = {} -%}
    {%- for name, field in fields.items() -%}
        {%- do types.update({name: field[0]}) -%}
    {%- endfor -%}
    {{ return(types) }}
{%- endmacro %}

{% macro typed_fields(fields, records) -%}
    select {{ typed_columns(field_types(fields)) }} digest
    from (select {{ named_fields(fields) }} digest from {{ records }}) as named
{%- endmacro %}

{% macro cast_fields(fields, rows) -%}
    {#- rows that have the fields as text: each of them cast -#}
    select
        * exclude ({{ field_types(fields) | join(', ') }}),
        {{ typed_columns(field_types(fields)) }}
    from {{ rows }}
{%- endmacro %}

{% macro generate_schema_name(custom_schema_name, node) -%}
    {#- the schema is the public address (`marts.health`): no target prefix -#}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}

{% macro check(name, failed, key, checked='true', tolerance='0e0', column=none) -%}
    {#- one integrity check over the rows in scope, as a struct for rows_of_checks -#}
    {%- set fields = {'check_name': "'" ~ name ~ "'"} -%}
    {%- if column -%}{%- do fields.update({'column_name': "'" ~ column ~ "'"}) -%}{%- endif -%}
    {%- set found = ' filter (where (' ~ checked ~ ') and (' ~ failed ~ '))' -%}
    {%- do fields.update({
        'checked_rows': 'count(*) filter (where ' ~ checked ~ ')',
        'failed_rows': 'count(*)' ~ found,
        'tolerance': tolerance,
        'example_key': 'cast(min(' ~ key ~ ')' ~ found ~ ' as string)',
    }) -%}
    {{ struct_of(fields) }}
{%- endmacro %}

{% macro rows_of_checks() -%}
    {#- called with checks separated by commas -#}
    {{ row_for_each_struct(list_of(caller())) }}
{%- endmacro %}

{% macro exclusion_check(name, example=none) -%}
    {#- how many of the rows of a source are left out of its calls under the name of this check -#}
    {%- set rows, id = 'any_value(' ~ name ~ '_rows)', 'any_value(' ~ name ~ '_id)' -%}
    {{ struct_of({
        'check_name': "'" ~ name ~ "'",
        'checked_rows': 'cast(any_value(rows_read) as bigint)',
        'failed_rows': 'cast(' ~ rows ~ ' as bigint)',
        'tolerance': '0e0',
        'example_key': 'case when ' ~ rows ~ ' > 0 then ' ~ (example or id) ~ ' end',
    }) }}
{%- endmacro %}

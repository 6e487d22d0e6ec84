{% macro check(name, failed, key, checked='true', tolerance='0e0', column=none) -%}
    {#- one integrity check over the rows in scope, as a struct for unnest -#}
    {
        'check_name': '{{ name }}',
        {{ "'column_name': '" ~ column ~ "'," if column }}
        'checked_rows': count(*) filter (where {{ checked }}),
        'failed_rows': count(*) filter (where ({{ checked }}) and ({{ failed }})),
        'tolerance': {{ tolerance }},
        'example_key': cast(
            min({{ key }}) filter (where ({{ checked }}) and ({{ failed }})) as varchar
        )
    }
{%- endmacro %}

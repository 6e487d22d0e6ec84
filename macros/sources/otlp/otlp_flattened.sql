{% macro otlp_flattened(attributes, prefix, inner) -%}
    {#- one text from attributes with numbers in their keys, such as gen_ai.prompt.0.content -#}
    {%- set pattern = prefix ~ '[.][0-9]+[.]' ~ inner -%}
    nullif(array_to_string(list_transform(
        list_sort(list_transform(
            list_filter(
                {{ attributes }},
                lambda attribute: regexp_full_match(attribute.key, '{{ pattern }}')
            ),
            lambda attribute: {
                'place': cast(regexp_extract_all(attribute.key, '[0-9]+') as bigint []),
                'text': json_extract_string(attribute.value, '$.stringValue')
            }
        )), lambda part: part.text
    ), e'\n'), '')
{%- endmacro %}

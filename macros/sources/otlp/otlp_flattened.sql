{% macro otlp_flattened(attributes, prefix, inner) -%}
    {#- texts that are spread over attributes with a number in their name, in the order of the numbers -#}
    nullif(array_to_string(list_transform(
        list_sort(list_transform(
            list_filter(
                {{ attributes }},
                lambda attribute: regexp_full_match(attribute.key, '{{ prefix }}[.][0-9]+[.]{{ inner }}')
            ),
            lambda attribute: {
                'place': cast(regexp_extract_all(attribute.key, '[0-9]+') as bigint []),
                'text': json_extract_string(attribute.value, '$.stringValue')
            }
        )), lambda part: part.text
    ), e'\n'), '')
{%- endmacro %}

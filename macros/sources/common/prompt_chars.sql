{% macro prompt_chars(text) -%}
    {#- characters of a prompt before anything is redacted; of a list of messages those of their
        texts, because roles and the shape of the list depend on who wrote it -#}
    {%- set texts = '"(?:content|text|value)"\\s*:\\s*"((?:[^"\\\\]|\\\\.)*)"' -%}
    coalesce(
        nullif(length(array_to_string(regexp_extract_all({{ text }}, '{{ texts }}', 1), '')), 0),
        length({{ text }})
    )
{%- endmacro %}

{% macro otlp_parameters(text) -%}
    {#- of a request, from a JSON text; most calls have none -#}
    case when {{ text }} is not null then try(json_extract_string(
        {{ text }},
        [
            '$.model', '$.temperature', '$.top_p', '$.max_tokens', '$.max_completion_tokens',
            '$.max_output_tokens', '$.stream'
        ]
    )) end
{%- endmacro %}

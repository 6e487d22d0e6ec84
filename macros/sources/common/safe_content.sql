{% macro safe_content(text) -%}
    {#- null for the placeholders that gateways write when they keep no content -#}
    case
        when trim({{ text }}) not in ('', '{}', '[]', 'null', 'redacted-by-litellm') then {{ text }}
    end
{%- endmacro %}

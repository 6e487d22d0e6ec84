{% macro safe_content(text) -%}
    {#- what gateways write where they keep none is none -#}
    case when trim({{ text }}) not in ('', '{}', '[]', 'null', 'redacted-by-litellm') then {{ text }} end
{%- endmacro %}

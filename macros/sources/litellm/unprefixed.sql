{% macro unprefixed(model, provider) -%}
    {#- gateways may log a model as provider/model -#}
    case
        when starts_with(lower({{ model }}), lower({{ provider }}) || '/')
            then substr({{ model }}, length({{ provider }}) + 2)
        else {{ model }}
    end
{%- endmacro %}

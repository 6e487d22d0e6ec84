{% macro otlp_id(id, bytes) -%}
    {#- in hexadecimal, decoded where protobuf's JSON writes base64; null for anything else -#}
    case
        when length({{ id }}) = {{ 2 * bytes }} then lower({{ id }})
        when length({{ id }}) = {{ 4 * ((bytes + 2) // 3) }}
            then lower(hex(try(from_base64({{ id }}))))
    end
{%- endmacro %}

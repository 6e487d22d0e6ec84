{% macro otlp_id(id, bytes) -%}
    {#- hexadecimal; what protobuf's own JSON writes in base64 is turned into it, else null -#}
    case
        when length({{ id }}) = {{ 2 * bytes }} then lower({{ id }})
        when length({{ id }}) = {{ 4 * ((bytes + 2) // 3) }} then lower(hex(try(from_base64({{ id }}))))
    end
{%- endmacro %}

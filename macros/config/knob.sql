{% macro knob(name) -%}
    {%- set value = text_knob(name) -%}
    {%- if value | float(none) is none -%}
        {{ exceptions.raise_compiler_error(
            name | upper ~ " is '" ~ value ~ "': set it to a number"
        ) }}
    {%- endif -%}
    {#- a decimal literal would make every product a decimal too -#}
    cast({{ value }} as double)
{%- endmacro %}

{% macro text_knob(name) -%}
    {#- an empty variable is as good as none -#}
    {{- env_var(name | upper, '') or var(name) | string -}}
{%- endmacro %}

{% macro knob(name) -%}
    {%- set value = env_var(name | upper, var(name) | string) -%}
    {%- if value | float(none) is none -%}
        {{ exceptions.raise_compiler_error(
            name | upper ~ " is '" ~ value ~ "': set it to a number"
        ) }}
    {%- endif -%}
    {#- a decimal literal would make every product a decimal too -#}
    cast({{ value }} as double)
{%- endmacro %}

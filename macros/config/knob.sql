{% macro knob(name) -%}
    {%- set value, declared = text_knob(name), var('knobs')[name] -%}
    {%- set number = value | float(none) -%}
    {%- if number is none -%}
        {{ exceptions.raise_compiler_error(
            name | upper ~ " is '" ~ value ~ "': set it to a number"
        ) }}
    {%- elif not is_in_range(number, declared) -%}
        {{ exceptions.raise_compiler_error(
            name | upper ~ " is " ~ value ~ ": out of the range in dbt_project.yml"
        ) }}
    {%- endif -%}
    {#- a decimal literal would make every product a decimal too -#}
    cast({{ value }} as double)
{%- endmacro %}

{% macro text_knob(name) -%}
    {#- an empty variable is as good as none; unit tests and --vars name a knob by itself -#}
    {{- env_var(name | upper, '') or var(name, var('knobs')[name].default) | string -}}
{%- endmacro %}

{% macro is_in_range(number, declared) -%}
    {{ return(
        number >= declared.get('min', number)
        and number <= declared.get('max', number)
        and (declared.above is not defined or number > declared.above)
        and (declared.below is not defined or number < declared.below)
        and not (declared.whole and number % 1)
    ) }}
{%- endmacro %}

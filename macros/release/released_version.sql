{% macro released_version() -%}
    {#- which column a row of released_sets groups by, and the value it has there -#}
    {%- for result in ['version_column', 'version'] -%}
    case
        {%- for column in released_columns().split(', ') %}
        when grouping({{ column }}_code) = 0
            then {{ "'" ~ column ~ "'" if result == 'version_column' else 'any_value(' ~ column ~ ')' }}
        {%- endfor %}
        else 'all'
    end as {{ result }}{{ ',' if not loop.last }}
    {% endfor -%}
{%- endmacro %}
